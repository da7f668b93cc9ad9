import { expect, test } from 'vitest'
import { callsOf } from '../../support/electron-double/desktop.ts'
import { desktopTests } from '../../support/desktop-tests.ts'
import { canvasReady, canvasState, eventually } from '../../support/hands.ts'

const { open } = desktopTests()

test('the menu is there in English, and in Chinese as soon as that is chosen', async () => {
  const app = await open()
  const page = await app.usablePage()
  expect(app.applicationMenu().labels()).toEqual(['File', 'Edit', 'View', 'Go', 'Run', 'Help'])
  expect(app.applicationMenu().find(['File']).submenu!.labels()).toEqual([
    'Open Photo Folder…',
    'Open Project…',
    'Open Recent',
    'Import RAFNet Files…',
    'Export Features…',
    'Write Report…',
    'Close Project',
    'Quit',
  ])
  expect(app.applicationMenu().find(['File', 'Open Recent']).enabled).toBe(false)

  app.chooseMenu('Go', 'Settings')
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await eventually(
    () => app.applicationMenu().labels(),
    (labels) => expect(labels).toEqual(['文件', '编辑', '视图', '转到', '运行', '帮助']),
  )
  const labels = app.applicationMenu().items.flatMap(({ submenu }) => submenu?.labels() ?? [])
  const english = labels.filter((label) => !/[\u4e00-\u9fff]/.test(label))
  expect(english).toEqual([])
  await page.getByText('设置').first().waitFor()
  await app.screenshot('desktop-settings-chinese')
})

test('a Chinese system gets a Chinese menu without being asked', async () => {
  const app = await open({ locale: 'zh-CN' })
  await app.usablePage()
  expect(app.applicationMenu().labels()[0]).toBe('文件')
})

test('projects are closed and opened by the menu, the system dialog and the recent ones', async () => {
  const app = await open()
  const page = await app.usablePage()
  const sample = await app.openSample()
  expect(callsOf(app, 'app.addRecentDocument')).toContainEqual([sample])

  app.chooseMenu('File', 'Close Project')
  await page.getByRole('heading', { name: 'Welcome to Lectern' }).waitFor()
  app.answer('showOpenDialog', { canceled: true, filePaths: [] })
  app.chooseMenu('File', 'Open Project…')
  await eventually(
    () => callsOf(app, 'dialog.showOpenDialog').length,
    (count) => expect(count).toBe(1),
  )
  app.answer('showOpenDialog', { canceled: false, filePaths: [sample] })
  app.chooseMenu('File', 'Open Project…')
  await canvasReady(page)
  expect(callsOf(app, 'dialog.showOpenDialog')[1]).toEqual([
    expect.objectContaining({ properties: ['openDirectory'], title: expect.any(String) as string }),
  ])

  app.chooseMenu('File', 'Close Project')
  await page.getByRole('heading', { name: 'Welcome to Lectern' }).waitFor()
  await eventually(
    () => app.applicationMenu().find(['File', 'Open Recent']).submenu!.labels(),
    (labels) => expect(labels).toEqual(['Lectern sample']),
  )
  app.chooseMenu('File', 'Open Recent', 'Lectern sample')
  await canvasReady(page)
})

test('Edit › Undo takes back a label that was given in the page, Redo gives it again', async () => {
  const app = await open()
  await app.openSample()
  const page = await app.usablePage()
  const undoState = page.getByTestId('undo-state')
  expect(await undoState.count()).toBe(0)
  app.chooseMenu('Edit', 'Select All Students')
  const { students } = await canvasState(page)
  await eventually(
    async () => (await canvasState(page)).selected.length,
    (count) => expect(count).toBe(students),
  )
  await page.keyboard.press('Shift+Digit5')
  await undoState.getByText(/^Undo: /).waitFor()
  app.chooseMenu('Edit', 'Undo')
  await undoState.getByText(/^Undone: /).waitFor()
  app.chooseMenu('Edit', 'Redo')
  await undoState.getByText(/^Redone: /).waitFor()
})

test('the context menu of a text field offers cut, copy and paste', async () => {
  const app = await open()
  const page = await app.usablePage()
  app.chooseMenu('Go', 'Settings')
  await page.getByRole('textbox', { name: 'Your name' }).click({ button: 'right' })
  await eventually(
    () => callsOf(app, 'menu.popup'),
    (calls) => expect(calls).toEqual([[['Cut', 'Copy', 'Paste', 'Select All']]]),
  )
})
