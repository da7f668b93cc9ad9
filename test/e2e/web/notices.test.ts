import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, eventually } from '../../support/hands.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const notices = (page: Page) => page.getByTestId('notices').locator('.notice-card')

/** Lets none go by itself: a busy machine may need longer to look than they are shown. */
const keepNotices = (page: Page) =>
  page.evaluate(() => {
    const later = window.setTimeout.bind(window)
    const shownMs = 6000
    const patient = (work: () => void, delayMs?: number) => (delayMs === shownMs ? 0 : later(work, delayMs))
    Object.assign(window, { setTimeout: patient })
  })

/** The sample in the smallest usual window, with two notices: everybody accepted, and nothing left to accept. */
async function withTwoNotices(): Promise<Page> {
  app = await openWebApp({ size: { width: 1024, height: 700 } })
  const { page } = app
  await page.getByText('Open the sample').click()
  await canvasReady(page)
  await keepNotices(page)
  await canvas(page).focus()
  await page.keyboard.press('Control+Enter')
  await eventually(
    () => notices(page).count(),
    (count) => expect(count).toBe(1),
  )
  await page.keyboard.press('Control+Enter')
  await eventually(
    () => notices(page).count(),
    (count) => expect(count).toBe(2),
  )
  return page
}

/** Whether two elements overlap on the screen once nothing moves any more. */
async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()]
  if (!a || !b) throw new Error('an element is not on the screen')
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

describe('notices', () => {
  test('in Review they lie over the photo, beside the strip and the decisions', async () => {
    const page = await withTwoNotices()
    await page.keyboard.press('Alt+6')
    await page.getByTestId('review-student').waitFor()
    await page.getByTestId('review-strip').getByRole('button').first().waitFor()
    await app!.screenshot('notices-review')
    const controls = page.getByTestId('review').getByRole('button')
    expect(await notices(page).count()).toBe(2)
    for (const notice of await notices(page).all()) {
      expect(await overlap(notice, page.getByTestId('review-photo'))).toBe(true)
      expect(await overlap(notice, page.getByTestId('review-strip'))).toBe(false)
      for (const control of await controls.all()) expect(await overlap(notice, control)).toBe(false)
    }
    expect(app!.problems).toEqual([])
  })

  test('below them the pointer reaches what lies there; their own buttons take it', async () => {
    const page = await withTwoNotices()
    const text = await notices(page).last().locator('.notice-text').boundingBox()
    const below = await page.evaluate(
      ([x, y]) => document.elementFromPoint(x!, y!)?.closest('[data-testid=canvas]') !== null,
      [text!.x + 10, text!.y + 8],
    )
    expect(below).toBe(true)
    await notices(page).last().getByRole('button', { name: 'Dismiss' }).click()
    await eventually(
      () => notices(page).count(),
      (count) => expect(count).toBe(1),
    )
    expect(app!.problems).toEqual([])
  })

  test('a dialog stays free of them, and stays open when one is dismissed', async () => {
    const page = await withTwoNotices()
    await page.keyboard.press('Control+o')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await app!.screenshot('notices-dialog')
    const shown = notices(page).locator('visible=true')
    expect(await shown.count()).toBe(1)
    expect(await overlap(shown, dialog)).toBe(false)
    expect(await overlap(shown, page.locator('footer').first())).toBe(false)
    await shown.getByRole('button', { name: 'Dismiss' }).click()
    await eventually(
      () => notices(page).count(),
      (count) => expect(count).toBe(1),
    )
    expect(await dialog.isVisible()).toBe(true)
    expect(app!.problems).toEqual([])
  })
})

describe('the status bar', () => {
  test('is one line at 1024 px, whatever undo has to tell', async () => {
    const page = await withTwoNotices()
    await page.keyboard.press('Control+z')
    const undo = page.getByTestId('undo-state')
    await eventually(
      () => undo.innerText(),
      (text) => expect(text).toMatch(/^Undone/),
    )
    expect((await undo.boundingBox())!.height).toBeLessThan(24)
    const footer = await page.locator('footer').first().boundingBox()
    for (const part of await page.locator('footer').first().locator(':scope > *').all()) {
      const box = await part.boundingBox()
      if (!box) continue
      expect(box.y).toBeGreaterThanOrEqual(footer!.y)
      expect(box.x + box.width).toBeLessThanOrEqual(1024)
    }
    await app!.screenshot('status-bar-1024')
  })
})
