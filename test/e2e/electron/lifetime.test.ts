import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { desktopTests } from '../../support/desktop-tests.ts'
import { canvasReady, eventually } from '../../support/hands.ts'

const { open, folder } = desktopTests()
const stateFile = () => join(folder(), 'user-data', 'window-state.json')

test('closing the window quits: the project is closed, the compute process has ended, the window comes back as it was', async () => {
  const app = await open()
  const sample = await app.openSample()
  const window = app.firstWindow()
  expect(app.children.map((child) => typeof child.pid)).toEqual(['number'])
  expect(existsSync(join(sample, 'project.sqlite-wal'))).toBe(true)

  window.setBounds({ x: 40, y: 30, width: 1100, height: 700 })
  window.maximize()
  window.close()
  expect(await app.app.exited).toBe(0)
  expect(app.windows.size).toBe(0)
  expect(app.children.map((child) => child.pid)).toEqual([undefined])
  expect(existsSync(join(sample, 'project.sqlite-wal'))).toBe(false)
  const state = { bounds: { x: 40, y: 30, width: 1100, height: 700 }, maximized: true }
  expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual(state)

  const again = await open()
  await again.usablePage()
  const window2 = again.firstWindow()
  expect([window2.getNormalBounds(), window2.isMaximized()]).toEqual([state.bounds, true])
})

test('File › Quit does the same', async () => {
  const app = await open()
  await app.openSample()
  app.chooseMenu('File', 'Quit')
  expect(await app.app.exited).toBe(0)
  expect(app.children.map((child) => child.pid)).toEqual([undefined])
  expect(existsSync(stateFile())).toBe(true)
})

test('a damaged window state gives the first window again', async () => {
  const first = await open()
  await first.usablePage()
  await first.quit()
  writeFileSync(stateFile(), '{"bounds":{"width":-5}}')
  const app = await open()
  await app.usablePage()
  expect(app.firstWindow().getBounds()).toMatchObject({ width: 1440, height: 900 })
})

test('a page that is loaded again connects again', async () => {
  const app = await open()
  await app.openSample()
  const page = await app.usablePage()
  await page.reload()
  await canvasReady(page)
  app.chooseMenu('Go', 'Settings')
  await page.getByRole('heading', { name: 'Your data stay here' }).waitFor()
})

test('a compute process that dies is told, and the next run starts another', async () => {
  const app = await open()
  await app.openSample()
  const page = await app.usablePage()
  app.chooseMenu('Go', 'Models & Runs')
  const model = page.getByTestId('model-C+Spatial')
  const [compute] = app.children
  process.kill(compute!.pid!, 'SIGSTOP')
  await model.getByRole('button', { name: 'Run on all' }).click()
  await model.getByRole('progressbar').waitFor()
  process.kill(compute!.pid!, 'SIGKILL')
  await page.getByText('compute.crashed').first().waitFor()
  await app.screenshot('desktop-compute-crashed')
  await model.getByRole('button', { name: 'Run on all' }).click()
  await eventually(
    () => page.getByText(/ran on \d+ students/).count(),
    (count) => expect(count).toBeGreaterThan(0),
  )
  expect(app.children).toHaveLength(2)
})
