import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, canvasState, eventually } from '../../support/hands.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const student = (page: Page) => page.getByTestId('review-student').getAttribute('data-student')
const progress = (page: Page) => page.getByTestId('review-progress').innerText()
const status = (page: Page) => page.getByTestId('learning-status')

/** Gives the shown scene's first students classes, one key each: what is there is confirmed, as somebody who agrees would. */
async function confirmStudents(page: Page, count: number): Promise<void> {
  await canvas(page).focus()
  for (let left = count; left > 0;) {
    const { students } = await canvasState(page)
    await page.keyboard.press('Tab')
    const here = Math.min(left, students)
    for (let at = 0; at < here; at++) await page.keyboard.press(' ')
    left -= here
    if (left > 0) {
      const { scene } = await canvasState(page)
      await page.keyboard.press('d')
      await eventually(
        async () => (await canvasState(page)).scene,
        (shown) => expect(shown).not.toBe(scene),
      )
      await canvasReady(page)
    }
  }
  await eventually(
    () => page.getByTestId('saving').getAttribute('data-saving'),
    (saving) => expect(saving).toBe('saved'),
  )
}

async function learnt(page: Page): Promise<void> {
  await eventually(
    () => status(page).innerText(),
    (text) => expect(text).toMatch(/Learnt: \d+ % right/),
  )
}

describe('learning and reviewing on the sample', () => {
  test('corrections are learnt from; the queue is gone through by keys; an earlier version comes back', async () => {
    app = await openWebApp()
    const { page } = app
    await page.getByText('Open the sample').click()
    await canvasReady(page)
    await eventually(
      () => status(page).innerText(),
      (text) => expect(text).toMatch(/of \d+ corrections|Learnt/),
    )
    await confirmStudents(page, 26)
    await learnt(page)
    await status(page).click()
    await page
      .getByText(/Learnt from \d+ corrections/)
      .first()
      .waitFor()
    await page.getByText(/Always saying/).waitFor()
    await app.screenshot('learning-popover')
    await page.keyboard.press('Escape')

    await page.keyboard.press('Alt+6')
    await page.getByTestId('review-student').waitFor()
    await page.getByTestId('review-reasons').getByRole('listitem').first().waitFor()
    await app.screenshot('review')
    expect(await progress(page)).toMatch(/^0 looked at, \d+ to go$/)
    const first = await student(page)
    await page.keyboard.press('1')
    await eventually(
      () => student(page),
      (shown) => expect(shown).not.toBe(first),
    )
    const second = await student(page)
    await page.keyboard.press(' ')
    await eventually(
      () => student(page),
      (shown) => expect([first, second]).not.toContain(shown),
    )
    const third = await student(page)
    await page.keyboard.press('k')
    await eventually(
      () => progress(page),
      (text) => expect(text).toMatch(/^3 looked at/),
    )
    await page.keyboard.press('ArrowLeft')
    expect(await student(page)).toBe(third)

    await page.keyboard.press('Control+z')
    await eventually(
      () => student(page),
      (shown) => expect(shown).toBe(second),
    )
    expect(await progress(page)).toMatch(/^2 looked at/)

    await page.keyboard.press('w')
    const cards = page.getByTestId('review-wall').getByRole('option')
    await cards.first().click()
    await cards.nth(2).click({ modifiers: ['Shift'] })
    await page.keyboard.press('2')
    await eventually(
      () => progress(page),
      (text) => expect(text).toMatch(/^[45] looked at/),
    )
    await app.screenshot('review-wall')
    await page.keyboard.press('w')

    const learning = page.getByTestId('review').getByTestId('learning')
    await learning.getByRole('button', { name: 'Learn now' }).click()
    await learning.getByRole('button', { name: 'Show 2 versions' }).click()
    const versions = learning.locator('[data-testid^=learnt-]')
    await eventually(
      () => versions.first().getAttribute('data-active'),
      (active) => expect(active).toBe('true'),
    )
    await versions.last().getByRole('button', { name: 'Use this one' }).click()
    await eventually(
      () => versions.last().getAttribute('data-active'),
      (active) => expect(active).toBe('true'),
    )
    await learning.getByText('You chose an earlier one').waitFor()
    await app.screenshot('review-versions')

    const shown = await student(page)
    await page.keyboard.press('Escape')
    await page.getByTestId('review').focus()
    await page.keyboard.press('Enter')
    await canvasReady(page)
    expect(shown).not.toBeNull()
    expect((await canvasState(page)).selected).toHaveLength(1)
    expect(app.problems).toEqual([])
  })
})
