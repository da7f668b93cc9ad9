import type { Page } from 'playwright-core'
import { afterAll, afterEach, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvasReady, eventually, tabTo } from '../../support/hands.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const tile = (page: Page, name: string) => page.getByTestId(`figure-${name}`)

async function openAnalyse(): Promise<Page> {
  app = await openWebApp()
  const { page } = app
  await page.getByText('Open the sample').click()
  await canvasReady(page)
  await page.keyboard.press('Alt+2')
  await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor()
  return page
}

test('intervals are drawn scene by scene and follow a correction', async () => {
  const page = await openAnalyse()
  const interval = async () => /95 % [\d.]+ – [\d.]+/.exec(await tile(page, 'macroF1NoNull').innerText())?.[0]
  await eventually(interval, (text) => expect(text).toBeDefined())
  const before = await interval()
  await page.getByText('Only 5 scenes').waitFor()
  await page.getByRole('gridcell', { name: /Truth Reading\/Writing, predicted Listening: 3 / }).click()
  await page.getByTestId('crop-wall').getByRole('img').first().click()
  await page.keyboard.press('2')
  await eventually(interval, (text) => {
    expect(text).toBeDefined()
    expect(text).not.toBe(before)
  })
  expect(app?.problems).toEqual([])
})

test('a second run is compared in plain words; the choice survives', async () => {
  const page = await openAnalyse()
  await page.getByRole('combobox', { name: 'Run to compare with' }).click()
  await page.getByRole('option', { name: /ConvNeXt only/ }).click()
  const card = page.getByTestId('comparison')
  await eventually(
    () => card.innerText(),
    (text) => {
      expect(text).toMatch(/C\+Spatial is better on \d+ students, ConvNeXt only on \d+\./)
      expect(text).toContain('exchanging scenes cannot give a p below 0.063')
    },
  )
  const rows = card.getByRole('row')
  expect(await rows.filter({ hasText: 'Accuracy' }).first().innerText()).toMatch(/85\.80\s+77\.78\s+\+8\.02/)
  await app?.screenshot('analyse-comparison')
  await page.keyboard.press('Alt+3')
  await page.keyboard.press('Alt+2')
  await card.getByText(/is better on/).waitFor()
  expect(app?.problems).toEqual([])
})

test('the reliability diagram is read bin by bin with the keyboard', async () => {
  const page = await openAnalyse()
  const card = page.getByTestId('calibration')
  await card.getByText('Expected calibration error').waitFor()
  expect(await card.innerText()).toContain('these 162 students')
  await tabTo(page, /^Confidence \d+ to \d+ %/)
  const said = () => card.getByTestId('bin-text').innerText()
  const first = await said()
  expect(first).toMatch(/^Confidence 27 to 33 %: 1 student,/)
  await page.keyboard.press('End')
  expect(await said()).toMatch(/^Confidence 93 to 100 %: 52 students/)
  await card.scrollIntoViewIfNeeded()
  await app?.screenshot('analyse-calibration')
  await card.getByRole('radio', { name: 'Temperature scaled' }).click()
  await eventually(said, (text) => expect(text).not.toBe(first))
  expect(app?.problems).toEqual([])
})
