import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Packr } from 'msgpackr'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { Explanation, Verdict } from '#shared/contract/scenes.ts'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, eventually, pickPath } from '../../support/hands.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const packr = new Packr({ useRecords: false, moreTypes: true })

/** Explanations as the workbench sent them to the page, newest last. */
async function openSample(): Promise<{ page: Page; sent: Explanation[] }> {
  app = await openWebApp()
  const { page } = app
  const sent: Explanation[] = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string') return
      const message = packr.unpack(payload) as { readonly value?: Partial<Explanation> | null }
      if (message.value?.modalities && message.value.verdict) sent.push(message.value as Explanation)
    }),
  )
  await page.reload()
  await page.getByText('Open the sample').click()
  await canvasReady(page)
  return { page, sent }
}

const marks = (part: Locator): Promise<readonly (readonly [number, boolean, boolean])[]> =>
  part
    .locator('[data-class]')
    .evaluateAll((all) =>
      all.map(
        (one) =>
          [
            Number((one as HTMLElement).dataset['class']),
            (one as HTMLElement).dataset['changes'] === 'true',
            one.textContent.includes('changes'),
          ] as const,
      ),
    )

test('why a student got this class: what is shown is what the workbench computed', async () => {
  const { page, sent } = await openSample()
  const why = page.getByTestId('why')
  await canvas(page).focus()
  for (let seat = 0; seat < 34; seat++) await page.keyboard.press('Tab')
  await eventually(
    () => why.getAttribute('data-ready'),
    (ready) => expect(ready).toBe('true'),
  )
  const explained = sent.at(-1)!
  expect(sent.length).toBeLessThan(34)
  const mark = ({ classIndex }: Verdict) => {
    const changes = classIndex !== explained.verdict.classIndex
    return [classIndex, changes, changes]
  }
  expect(await marks(page.getByTestId('neighbours'))).toEqual(explained.neighbours.map((one) => mark(one.without)))
  expect(await marks(page.getByTestId('modalities'))).toEqual(
    explained.modalities.flatMap((one) => [mark(one.zeros), mark(one.mean)]),
  )
  expect(await page.getByTestId('scaled').innerText()).toContain(explained.scaled!.temperature.toFixed(2))
  await app?.screenshot('label-why')
  await page.getByRole('button', { name: 'Why this class' }).click()
  await page.keyboard.press('F6')
  const before = sent.length
  await canvas(page).focus()
  await page.keyboard.press('Tab')
  await page.getByTestId('label-in-force').waitFor()
  await page.waitForTimeout(400)
  expect(sent).toHaveLength(before)
  expect(app?.problems).toEqual([])
})

test('several runs side by side, and two of them mixed into a third that can be looked at', async () => {
  const { page } = await openSample()
  await page.keyboard.press('Alt+2')
  await page.getByRole('radio', { name: 'Compare & combine' }).click()
  const several = page.getByTestId('several')
  for (const box of await several.getByRole('checkbox').all()) await box.check()
  const mean = several.locator('[data-row="mean"]')
  await mean.waitFor()
  expect(await mean.innerText()).toMatch(/81\.79 ± 4\.01/)
  const ensemble = page.getByTestId('ensemble')
  for (const box of await ensemble.getByRole('checkbox').all()) await box.check()
  await ensemble.getByRole('radio', { name: 'Search' }).click()
  await ensemble.getByRole('button', { name: 'Make the ensemble' }).click()
  const result = page.getByTestId('ensemble-result')
  await eventually(
    () => result.innerText(),
    (text) => {
      expect(text).toMatch(/Searched on all labelled students \(162 students\), [\d,]+ mixtures tried/)
      expect(text).toContain('Judged on what chose the weights')
    },
  )
  const rows = result.locator('[data-run]')
  await eventually(
    () => rows.count(),
    (count) => expect(count).toBe(3),
  )
  await app?.screenshot('analyse-ensemble')
  await result.getByRole('button', { name: 'Show as run A' }).click()
  await page.getByRole('combobox', { name: 'Run to look at' }).getByText('ensemble of').waitFor()
  await page.getByTestId('gates').getByText('no gate').waitFor()
  await page.keyboard.press('Alt+3')
  const card = page.getByTestId('members')
  await card.waitFor()
  expect(await card.getByRole('listitem').count()).toBe(2)
  expect(app?.problems).toEqual([])
})

test('what a modality is worth is worked out on request', async () => {
  const { page } = await openSample()
  await page.keyboard.press('Alt+2')
  await page.getByRole('radio', { name: 'Compare & combine' }).click()
  await page.getByTestId('gates').locator('[data-group="all"]').waitFor()
  const removal = page.getByTestId('removal')
  await removal.getByRole('button', { name: 'Work it out' }).click()
  const row = removal.locator('[data-row="convnext zeros"]')
  await row.waitFor()
  expect(await row.innerText()).toMatch(/72\.84\s+−12\.96/)
  expect(app?.problems).toEqual([])
})

test('a head is written as .onnx, and the summary says what lies there', async () => {
  const { page } = await openSample()
  await page.keyboard.press('Alt+3')
  const card = page.getByTestId('model-C+Spatial')
  await card.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /\.onnx for other programs/ }).click()
  const file = join(app!.folder, 'head.onnx')
  await pickPath(page, file)
  const written = card.getByTestId('written')
  await written.waitFor()
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex')
  expect(await written.innerText()).toContain(sha256)
  await app?.screenshot('models-export')
  expect(app?.problems).toEqual([])
})
