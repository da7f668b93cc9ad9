import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, canvasState, eventually } from '../../support/hands.ts'
import { tinyRafnetKit, writeTellingHead } from '../../support/rafnet-kit.ts'
import { addHead, addWeights, dialogs, openPhotos, run, step, useDetector } from '../../support/rafnet-page.ts'
import { readLogits, readVectors } from '../../support/vectors.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

/** Features of all photos, under one seed, in a pickle; then a head that tells the students apart, and its predictions. */
async function predicted(): Promise<{ page: Page; project: string }> {
  app = await openWebApp()
  const { page, folder } = app
  const kit = tinyRafnetKit(folder)
  const project = await openPhotos(page, kit.photos)
  await useDetector(page, kit.detector, 'yolo')
  const ask = page.getByTestId('wanted').getByRole('button', { name: 'Run RAFNet on this folder…' })
  await ask.click()
  await addWeights(page, 'relation', kit.relation)
  await addWeights(page, 'appearance', kit.appearance)
  await page.getByTestId('noise').getByLabel('Seed').fill('3')
  const out = join(folder, 'features.pkl')
  await dialogs(page).getByLabel('Write a feature pickle').fill(out)
  await run(page)
  await page.getByTestId('chain-outcome').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Close', exact: true }).last().click()
  await page.getByTestId('feature-sets').getByText('relation_common_group8.pkl · one draw, seed 3').waitFor()
  const head = join(folder, 'telling.pth')
  writeTellingHead(head, out)
  await ask.click()
  await addHead(page, head)
  expect(await step(page, 'relation').innerText()).toContain('one draw, seed 3')
  await run(page)
  await page.getByTestId('chain-outcome').getByText('All features were there already.').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Look at the students' }).click()
  await canvasReady(page)
  return { page, project }
}

test('the same scenes under twenty draws: how many answers move, per class, on screen and in the report', async () => {
  const { page } = await predicted()
  await canvas(page).focus()
  for (const key of ['Tab', '1', '2', '3']) await page.keyboard.press(key)
  await page.getByTestId('undo-state').waitFor()
  await page.keyboard.press('Alt+2')
  await page.getByRole('radio', { name: 'Compare & combine' }).click()
  const card = page.getByTestId('noise-study')
  expect(await card.getByLabel('Draws').inputValue()).toBe('20')
  await card.getByRole('button', { name: 'Study the noise' }).click()
  const result = page.getByTestId('noise-result')
  await result.waitFor({ timeout: 60_000 })
  const [, unstable] = /(\d+) of 18 students do not get the same class in all 20 draws/.exec(await result.innerText())!
  const cells = (await result.locator('tbody tr').allInnerTexts()).map((row) =>
    row
      .trim()
      .split(/\s{1,}(?=[\d–])/)
      .slice(-3),
  )
  const numbers = cells.map(([students, changes]) => [Number(students), Number(changes)] as const)
  expect(numbers.reduce((sum, [students]) => sum + students, 0)).toBe(18)
  expect(numbers.reduce((sum, [, changes]) => sum + changes, 0)).toBe(Number(unstable))
  expect(Number(unstable)).toBeGreaterThan(0)
  expect(numbers.filter(([students]) => students > 0).length).toBeGreaterThan(1)
  await result.getByText(/Accuracy over the draws/).scrollIntoViewIfNeeded()
  await app!.screenshot('noise-study')

  await page.keyboard.press('Alt+4')
  const report = page.frameLocator('iframe')
  const heading = report.getByRole('heading', { name: 'How far the noise moves the answers' })
  await heading.waitFor()
  const table = heading.locator('xpath=following::table[1]')
  const rows = (await table.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t').slice(1, 3).map(Number))
  expect(rows).toEqual(numbers)
  await table.scrollIntoViewIfNeeded()
  await app!.screenshot('noise-report')
  expect(app!.problems).toEqual([])
})

test('a moved box: whose vectors went is said, and making them anew touches that photo only', async () => {
  const { page, project } = await predicted()
  const vectors = () => ({ convnext: readVectors(project, 'convnext'), grouprec: readVectors(project, 'grouprec') })
  const before = vectors()
  const { scene } = await canvasState(page)
  const note = page.getByTestId('stale-features')
  await canvas(page).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Alt+ArrowRight')
  await note.getByText('Drawn or changed after features were made').waitFor()
  expect(await note.innerText()).toMatch(/convnext, grouprec/)
  const moved = `${scene} ${await page.getByTestId('student-title').getAttribute('title')}`
  await note.scrollIntoViewIfNeeded()
  await app!.screenshot('stale-moved')
  await page.keyboard.press('Tab')
  await note.getByText('A neighbour was moved').waitFor()
  expect(await note.innerText()).not.toContain('convnext')
  await note.scrollIntoViewIfNeeded()
  await app!.screenshot('stale-neighbour')
  await page.keyboard.press('Shift+Tab')
  await note.getByText('Drawn or changed').waitFor()
  await note.getByRole('button', { name: 'Make them anew for this photo' }).click()
  await page.getByText('The relation features of all 6 students here changed').waitFor({ timeout: 60_000 })
  await app!.screenshot('stale-renewed')
  await eventually(
    () => note.count(),
    (count) => expect(count).toBe(0),
  )

  const after = vectors()
  expect(after.grouprec.producer?.noise).toEqual({ kind: 'seed', seed: 3 })
  const changed = (name: 'convnext' | 'grouprec') =>
    [...before[name].byName]
      .filter(([student, vector]) => !isDeepStrictEqual(after[name].byName.get(student), vector))
      .map(([student]) => student)
  expect(changed('convnext')).toEqual([moved])
  const ofScene = [...before.grouprec.byName.keys()].filter((student) => student.startsWith(`${scene} `))
  expect(ofScene).toHaveLength(6)
  expect(changed('grouprec').sort()).toEqual(ofScene.sort())

  // The vectors are new, the prediction is not yet.
  const older = page.getByTestId('stale-prediction')
  await older.getByText('This prediction is from before the box was changed.').waitFor()
  await older.getByRole('button', { name: 'Predict this photo anew' }).click()
  await page.getByText('“telling” ran on 6 students.').waitFor()
  expect(readLogits(project).size).toBe(6)
  await eventually(
    () => older.count(),
    (count) => expect(count).toBe(0),
  )
  expect(app!.problems).toEqual([])
})
