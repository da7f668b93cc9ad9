import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { defaultModels, withoutDefaultModels } from '../../support/default-models.ts'
import { canvas, canvasReady, canvasState, eventually, pickPath } from '../../support/hands.ts'
import { rafnetFolder } from '../../support/rafnet.ts'
import { openWebApp, root, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const students = async (page: Page) => (await canvasState(page)).students

/** What a teacher does first: a folder of photos, and nothing else. */
async function openPhotos(photos = join(root, 'resources', 'sample', 'images')): Promise<Page> {
  app = await openWebApp()
  const folder = join(app.folder, 'lessons')
  cpSync(photos, folder, { recursive: true })
  const { page } = app
  await page.getByTestId('start-openPhotos').click()
  await pickPath(page, folder)
  await page.getByRole('button', { name: 'Create project' }).click()
  await canvasReady(page)
  return page
}

describe.skipIf(!defaultModels)(`photos and nothing else (${withoutDefaultModels})`, () => {
  test('students are found in all photos; a wrong box goes, a missing one is drawn; one photo is done again', async () => {
    const page = await openPhotos()
    expect(await students(page)).toBe(0)
    await page.getByTestId('bare-scene').waitFor()
    await page.getByTestId('find-all').waitFor()
    await app?.screenshot('find-bare')
    await page.getByRole('button', { name: 'How to find students' }).click()
    await page.getByRole('radio', { name: /Fast/ }).click()
    await app?.screenshot('find-options')
    await page.keyboard.press('Escape')

    await page.keyboard.press('Control+Shift+f')
    await page.getByTestId('found-students').waitFor({ timeout: 60_000 })
    await page.getByTestId('how-sure').getByText('one box in eleven').waitFor()
    await app?.screenshot('find-done')
    await page.getByRole('button', { name: 'Look them over' }).click()
    expect(await page.getByTestId('find-students').count()).toBe(0)
    await eventually(
      () => students(page),
      (count) => expect(count).toBeGreaterThan(5),
    )
    const found = await students(page)

    await page.keyboard.press('Tab')
    await page.getByTestId('detection-score').waitFor()
    await app?.screenshot('find-review')
    await page.keyboard.press('Delete')
    await eventually(
      () => students(page),
      (count) => expect(count).toBe(found - 1),
    )
    await page.keyboard.press('n')
    await eventually(
      () => students(page),
      (count) => expect(count).toBe(found),
    )
    // A box that somebody drew has no vectors yet; Lectern's own can be made at once.
    await page.getByTestId('stale-features').getByText('nanodet').waitFor()
    await app?.screenshot('find-stale')
    await page.getByTestId('stale-features').getByRole('button').click()
    await page.getByText('Made anew for this photo: nanodet.').waitFor({ timeout: 60_000 })
    await app?.screenshot('features-done')
    await eventually(
      () => page.getByTestId('stale-features').count(),
      (count) => expect(count).toBe(0),
    )

    // A right click beside all boxes speaks of the photo.
    await canvas(page).click({ button: 'right', position: { x: 30, y: 30 } })
    const menu = page.getByTestId('student-menu')
    await menu.getByRole('menuitem', { name: 'Find students here' }).waitFor()
    expect(await menu.getByText('Delete').count()).toBe(0)
    await page.keyboard.press('Escape')

    await page.keyboard.press('Escape')
    await page.keyboard.press('b')
    await page.getByText(/found on this photo/).waitFor({ timeout: 60_000 })
    // What was deleted is found again; the drawn box stays.
    await eventually(
      () => students(page),
      (count) => expect(count).toBeGreaterThanOrEqual(found),
    )
    expect(app?.problems).toEqual([])
  })
})

const backbone = rafnetFolder && join(rafnetFolder, 'backbones', 'convnext_small.pth')
const groupRec = rafnetFolder && join(rafnetFolder, 'grouprec', 'groupnet_small.pth')
const isWithout = !backbone || !existsSync(backbone) || !defaultModels
describe.skipIf(isWithout)(
  `weights of one's own (needs ../shared/rafnet/backbones, and ${withoutDefaultModels})`,
  () => {
    test('are recognised, named, tested, and make features; a file that is none is refused with the reason', async () => {
      const page = await openPhotos()
      await page.keyboard.press('Control+Shift+f')
      await page.getByTestId('found-students').waitFor({ timeout: 60_000 })
      const files = join(app!.folder, 'weights')
      mkdirSync(files)
      copyFileSync(backbone!, join(files, 'my-convnext.pth'))
      copyFileSync(join(root, 'resources', 'sample', 'head.pth'), join(files, 'a-head.pth'))

      await page.keyboard.press('Alt+3')
      await page.getByRole('radio', { name: 'Detectors & extractors' }).click()
      await page.getByTestId('weights-nanodet').waitFor()
      await app?.screenshot('weights')
      await page.getByTestId('add-weights').click()
      await pickPath(page, join(files, 'a-head.pth'))
      await page.getByRole('dialog').getByRole('alert').waitFor({ timeout: 30_000 })
      await app?.screenshot('weights-refused')
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

      await page.getByTestId('add-weights').click()
      await pickPath(page, join(files, 'my-convnext.pth'))
      const dialog = page.getByRole('dialog')
      await dialog
        .getByTestId('recognised')
        .getByText('convnext', { exact: false })
        .first()
        .waitFor({ timeout: 30_000 })
      await app?.screenshot('weights-recognised')
      await dialog.getByLabel('Name').fill('Small ConvNeXt')
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      const entry = page.getByRole('article', { name: 'Small ConvNeXt' })
      await entry.waitFor()

      await entry.getByRole('button', { name: 'Test' }).click()
      await entry.getByTestId('weights-test').waitFor({ timeout: 60_000 })
      expect(await entry.getByTestId('weights-test').innerText()).toMatch(/Ran on CPU in .* ms/)
      await entry.getByRole('button', { name: 'Card' }).click()
      await app?.screenshot('weights-tested')

      await entry.getByRole('button', { name: 'Make features…' }).click()
      await app?.screenshot('features-form')
      await dialog.getByRole('button', { name: 'Make features' }).click()
      await page.getByTestId('embed-outcome').waitFor({ timeout: 90_000 })
      expect(await page.getByTestId('embed-outcome').innerText()).toContain('convnext')
      await app?.screenshot('features-made')
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await eventually(
        () => page.getByTestId('feature-sets').innerText(),
        (text) => expect(text).toContain('convnext'),
      )
      expect(app?.problems).toEqual([])
    })

    test.skipIf(!groupRec || !existsSync(groupRec))(
      "RAFNet's extractor on a folder: which file is missing, then all of it in one go, to the pickle",
      async () => {
        const page = await openPhotos()
        const files = join(app!.folder, 'weights')
        mkdirSync(files)
        copyFileSync(backbone!, join(files, 'my-convnext.pth'))
        copyFileSync(groupRec!, join(files, 'relation.pkl'))
        const add = async (name: string) => {
          await page.getByTestId('add-weights').click()
          await pickPath(page, join(files, name))
          await page.getByTestId('recognised').waitFor({ timeout: 30_000 })
          await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
          await page.getByRole('dialog').waitFor({ state: 'hidden' })
        }
        const step = (key: string) => page.locator(`[data-step="${key}"]`).getAttribute('data-state')
        await page.keyboard.press('Alt+3')
        await page.getByRole('radio', { name: 'Detectors & extractors' }).click()
        await add('my-convnext.pth')
        await page.getByTestId('wanted').getByRole('button', { name: 'Run RAFNet on this folder…' }).click()
        await page.getByTestId('chain').waitFor()
        expect(await step('relation')).toBe('missing')
        await app?.screenshot('rafnet-missing')
        await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

        await add('relation.pkl')
        await page.getByTestId('wanted').getByRole('button', { name: 'Run RAFNet on this folder…' }).click()
        // These are smaller than RAFNet's own, so they fill its roles only where somebody chooses them.
        for (const [key, name] of [
          ['appearance', 'my-convnext'],
          ['relation', 'relation'],
        ] as const) {
          await page.locator(`[data-step="${key}"]`).getByRole('combobox').click()
          await page.getByRole('option', { name }).click()
          expect(await step(key)).toBe('will-run')
        }
        const out = join(app!.folder, 'features.pkl')
        await page.getByRole('dialog').getByLabel('Write a feature pickle').fill(out)
        await app?.screenshot('rafnet-ready')
        await page.getByRole('dialog').getByRole('button', { name: 'Run RAFNet', exact: true }).click()
        await app?.screenshot('rafnet-running')
        await page.getByTestId('chain-outcome').waitFor({ timeout: 110_000 })
        expect(existsSync(out)).toBe(true)
        await app?.screenshot('rafnet-done')
        await page.getByRole('button', { name: 'Look at the students' }).click()
        await canvasReady(page)
        expect(await students(page)).toBeGreaterThan(5)
        expect(app?.problems).toEqual([])
      },
    )
  },
)
