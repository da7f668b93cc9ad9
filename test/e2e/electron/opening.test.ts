import { cpSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { desktopTests } from '../../support/desktop-tests.ts'
import { canvasReady, eventually } from '../../support/hands.ts'

const { open, folder } = desktopTests()
const sampleFiles = resolve(import.meta.dirname, '../../../resources/sample')

test('a dropped folder of photos becomes a project', async () => {
  const photos = join(folder(), 'Class 3')
  cpSync(join(sampleFiles, 'images'), photos, { recursive: true })
  const app = await open()
  const page = await app.usablePage()
  await app.dropFiles('main', [photos])
  const dialog = page.getByRole('dialog')
  await eventually(
    () => dialog.getByLabel('Photo folder').inputValue(),
    (value) => expect(value).toBe(photos),
  )
  await dialog.getByRole('button', { name: 'Create project' }).click()
  await canvasReady(page)
  await app.screenshot('desktop-dropped-photos')
})

test('a dropped feature pickle is imported', async () => {
  const features = join(folder(), 'features.pkl')
  cpSync(join(sampleFiles, 'features.pkl'), features)
  const app = await open()
  const page = await app.usablePage()
  await app.dropFiles('main', [features])
  const dialog = page.getByRole('dialog')
  await eventually(
    () => dialog.getByLabel('Feature pickle').inputValue(),
    (value) => expect(value).toBe(features),
  )
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await dialog.getByRole('button', { name: 'Start labelling' }).waitFor()
  await app.screenshot('desktop-imported')
})

test('projects named on the command line open: at the start, and in the window that is already there', async () => {
  const first = await open()
  const sample = await first.openSample()
  await first.quit()

  const app = await open({ argv: ['--enable-logging', sample] })
  const page = await app.page()
  await canvasReady(page)

  app.chooseMenu('File', 'Close Project')
  await page.getByRole('heading', { name: 'Welcome to Lectern' }).waitFor()
  const window = app.firstWindow()
  window.minimize()
  app.startAgain([relative(folder(), sample)], folder())
  await canvasReady(page)
  expect([window.isMinimized(), window.isFocused(), app.windows.size]).toEqual([false, true, 1])
})

test('a packaged application takes its first argument for a path already', async () => {
  const first = await open()
  const sample = await first.openSample()
  await first.quit()
  const app = await open({ packaged: true, argv: [sample] })
  await canvasReady(await app.page())
})

test('a file handed over before the application is ready opens when it is', async () => {
  const first = await open()
  const sample = await first.openSample()
  await first.quit()
  const app = await open({ openedFile: sample })
  await canvasReady(await app.page())
})

test('a second application leaves at once', async () => {
  const app = await open({ lock: false })
  expect(await app.app.exited).toBe(0)
  expect(app.windows.size).toBe(0)
  expect(app.children).toEqual([])
})
