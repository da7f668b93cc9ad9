import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
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

const card = (page: Page, id: number) => page.getByTestId(`training-${id}`)
const stateOf = (page: Page, id: number) => () => card(page, id).getAttribute('data-state')
const curve = (page: Page) => page.getByTestId('chart-macroF1NoNull')
const newestEpoch = async (page: Page) => Number(await curve(page).getByRole('slider').getAttribute('aria-valuenow'))

async function openTrain(): Promise<Page> {
  app = await openWebApp()
  const { page } = app
  await page.getByText('Open the sample').click()
  await canvasReady(page)
  await page.keyboard.press('Alt+5')
  await page.getByRole('heading', { name: 'New training' }).waitFor()
  return page
}

/** Leaves one seed and few epochs: a user's short trial. */
async function makeShort(page: Page, epochs: number, seeds: readonly number[]): Promise<void> {
  for (const seed of [41, 42, 43, 44, 45].filter((one) => !seeds.includes(one)))
    await page.getByRole('button', { name: `Remove seed ${seed}` }).click()
  const more = page.getByRole('button', { name: 'More', exact: true })
  if ((await more.getAttribute('aria-expanded')) !== 'true') await more.click()
  await page.getByLabel('Epochs').fill(String(epochs))
  await page.getByLabel('Epochs').press('Tab')
}

const start = (page: Page) => page.getByRole('button', { name: 'Start training' }).click()

/** Of both seeds, wherever the project lies. */
function runConfigs(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const found = files.filter((file) => /training.*seed_4[12].config\.yaml$/.test(file))
  expect(found).toHaveLength(2)
  return found.map((file) => readFileSync(join(folder, file), 'utf8'))
}

describe('training on the sample', () => {
  test('what it is made of, curves, result, adoption, predictions', async () => {
    const page = await openTrain()
    await eventually(
      () => page.getByTestId('plan').locator('[data-split="train"] td').allInnerTexts(),
      (cells) => {
        expect(cells).toHaveLength(7)
        expect((cells as string[]).map(Number).every((count) => count > 0)).toBe(true)
      },
    )
    expect(await page.getByTestId('preset').innerText()).toContain('Neighbour graph (C) with seating')
    await app?.screenshot('train-plan')
    await makeShort(page, 6, [41, 42])
    await page.getByLabel('Supervised contrastive loss').check()
    await page.getByLabel('Temperature').fill('0.1')
    await page.getByLabel('Mixup of labels').check()
    await page.getByLabel('Alpha').fill('0.3')
    await page.getByLabel('Alpha').press('Tab')
    await app?.screenshot('train-loss')
    await start(page)
    await page.locator('[data-testid=training-1][data-state=done]').waitFor({ timeout: 90_000 })
    for (const config of runConfigs(app!.folder)) {
      expect(config).toMatch(/mixup_alpha: 0\.3\n/)
      expect(config).toMatch(/contrastive:\s+enabled: true\s+weight: 0\.05\s+temperature: 0\.1\n/)
    }
    expect(await newestEpoch(page)).toBe(6)

    const result = page.getByTestId('result')
    expect(await result.getByRole('row').count()).toBe(4)
    await result.getByText('Mean ± sd of 2 seeds').waitFor()
    await app?.screenshot('train-result')

    await page.getByRole('button', { name: 'Compute baselines' }).click()
    await page.getByText(/\d+ baselines stand in the comparison/).waitFor({ timeout: 90_000 })
    const names = await page.getByTestId('comparison').getByRole('rowheader').allInnerTexts()
    expect(names.filter((name) => name.includes('baseline')).length).toBeGreaterThan(5)
    await page.getByTestId('comparison').scrollIntoViewIfNeeded()
    await app?.screenshot('train-comparison')

    await result.getByRole('button', { name: /Adopt as the project/ }).click()
    await page.getByTestId('adopted').waitFor()
    const [, name] = /Adopted: (.+)/.exec(await page.getByTestId('adopted').innerText())!
    await page.getByTestId('adopted').getByRole('button', { name: 'Open in Models & runs' }).click()
    await page.getByTestId(`model-${name}`).waitFor()
    await eventually(
      () => page.getByRole('radio', { name: `Show ${name}` }).isChecked(),
      (checked) => expect(checked).toBe(true),
    )
    expect(app?.problems).toEqual([])
  })

  test('pausing keeps what was learnt over a restart; stopping keeps the best; removing asks', async () => {
    let page = await openTrain()
    await makeShort(page, 5000, [41])
    await start(page)
    await eventually(
      () => newestEpoch(page),
      (epoch) => expect(epoch).toBeGreaterThan(3),
    )
    const seen = await newestEpoch(page)
    await eventually(
      () => newestEpoch(page),
      (epoch) => expect(epoch).toBeGreaterThan(seen),
    )
    await app?.screenshot('train-running')
    await card(page, 1).getByRole('button', { name: 'Pause' }).click()
    await eventually(stateOf(page, 1), (state) => expect(state).toBe('paused'))
    const paused = await newestEpoch(page)

    app = await app!.restart()
    page = app.page
    await page.getByText('Lectern sample').first().click()
    await canvasReady(page)
    await page.keyboard.press('Alt+5')
    await card(page, 1).waitFor()
    expect(await stateOf(page, 1)()).toBe('paused')
    await eventually(
      () => newestEpoch(page),
      (epoch) => expect(epoch).toBeGreaterThanOrEqual(paused),
    )
    // The form is as it was left, too.
    expect(await page.getByRole('button', { name: /^Remove seed/ }).count()).toBe(1)

    await card(page, 1).getByRole('button', { name: 'Go on' }).click()
    await eventually(
      () => newestEpoch(page),
      (epoch) => expect(epoch).toBeGreaterThan(paused),
    )
    await card(page, 1).getByRole('button', { name: 'Stop and keep the best' }).click()
    await eventually(stateOf(page, 1), (state) => expect(state).toBe('stopped'))
    await page.getByTestId('result').getByText('best on val').waitFor()
    await page.getByRole('radio', { name: 'Table' }).click()
    expect(await page.getByTestId('curves').getByText('best', { exact: true }).count()).toBe(1)

    await card(page, 1).getByRole('button', { name: 'Remove training' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove training and folder' }).click()
    await page.getByRole('heading', { name: 'Nothing trained yet' }).waitFor()
    expect(app.problems).toEqual([])
  })

  test('with the keyboard alone: from the palette to a queue of two', async () => {
    app = await openWebApp()
    const { page } = app
    await page.getByText('Open the sample').click()
    await canvasReady(page)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('go to train')
    await page.keyboard.press('Enter')
    await page.getByTestId('plan').waitFor()
    await tabTo(page, /^\s*From the paper$/)
    // The choice follows the focus while the key is held.
    await page.keyboard.press('ArrowRight', { delay: 150 })
    await page.getByText('Features to use').waitFor()
    await tabTo(page, /^\s*More/)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('4000')
    await tabTo(page, /Start training/)
    await page.keyboard.press('Enter')
    await page.getByText('is in the queue').waitFor({ state: 'attached' })
    await card(page, 1).waitFor()
    await page.keyboard.press('Enter')
    await card(page, 2).waitFor()
    await eventually(stateOf(page, 2), (state) => expect(state).toBe('queued'))
    await tabTo(page, /^Val macro F1/)
    await eventually(
      () => newestEpoch(page),
      (epoch) => expect(epoch).toBeGreaterThan(2),
    )
    await page.keyboard.press('Home')
    await eventually(
      () => curve(page).getByRole('slider').getAttribute('aria-valuetext'),
      (text) => expect(text).toMatch(/^Epoch 1; seed 41: [\d.]+/),
    )
    for (const id of [2, 1]) await card(page, id).getByRole('button', { name: 'Pause' }).click()
    await eventually(stateOf(page, 1), (state) => expect(state).toBe('paused'))
    expect(app.problems).toEqual([])
  })
})
