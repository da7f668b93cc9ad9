import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvasReady, canvasState, eventually, pickPath, tabTo } from '../../support/hands.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

describe('the main job on the sample, with the keyboard alone', () => {
  test('open, correct, undo, draw, analyse, report, export, restart', async () => {
    app = await openWebApp()
    const { page } = app
    await page.getByRole('heading', { name: 'Welcome to Lectern' }).waitFor()
    await app.screenshot('start')

    await tabTo(page, /Open the sample/)
    await page.keyboard.press('Enter')
    await canvasReady(page)
    const first = await canvasState(page)
    expect(first.students).toBeGreaterThanOrEqual(25)
    await app.screenshot('label')

    await page.keyboard.press('Tab')
    await eventually(
      () => canvasState(page),
      (state) => expect(state).toMatchObject({ selected: [expect.any(String)] }),
    )
    const [seat] = (await canvasState(page)).selected
    await page.keyboard.press('5')
    // The class is set and the next seat is on.
    await eventually(
      async () => (await canvasState(page)).selected[0],
      (selected) => expect(selected).not.toBe(seat),
    )
    await page.getByText('Saved').waitFor()
    await page.keyboard.press('Shift+Tab')
    await eventually(
      async () => (await canvasState(page)).selected[0],
      (selected) => expect(selected).toBe(seat),
    )
    await eventually(
      () => page.getByTestId('announcement').allInnerTexts(),
      (texts) => expect(String(texts)).toContain('label Using Phone'),
    )
    await app.screenshot('label-student')
    await page.keyboard.press('Control+z')
    await eventually(
      () => page.getByTestId('announcement').allInnerTexts(),
      (texts) => expect(String(texts)).not.toContain('label Using Phone'),
    )
    await page.keyboard.press('Control+Shift+z')
    await eventually(
      () => page.getByTestId('announcement').allInnerTexts(),
      (texts) => expect(String(texts)).toContain('label Using Phone'),
    )

    await page.keyboard.press('n')
    await eventually(
      async () => (await canvasState(page)).students,
      (count) => expect(count).toBe(first.students + 1),
    )
    await page.keyboard.press('Alt+ArrowRight')
    await page.keyboard.press('Delete')
    await eventually(
      async () => (await canvasState(page)).students,
      (count) => expect(count).toBe(first.students),
    )

    await page.keyboard.press('d')
    await eventually(
      async () => (await canvasState(page)).scene,
      (scene) => expect(scene).not.toBe(first.scene),
    )
    await page.keyboard.press('a')
    await eventually(
      async () => (await canvasState(page)).scene,
      (scene) => expect(scene).toBe(first.scene),
    )

    await page.keyboard.press('Alt+2')
    await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor()
    await app.screenshot('analyse')

    await page.keyboard.press('Alt+4')
    const preview = page.frameLocator('iframe')
    await preview.getByRole('heading', { name: 'Classroom behaviour report' }).waitFor()
    await app.screenshot('reports')
    const reportFolder = join(app.folder, 'report')
    await tabTo(page, /Write to a folder/)
    await page.keyboard.press('Enter')
    await pickPath(page, app.folder)
    await page.getByText('Written').first().waitFor()
    expect(existsSync(join(app.folder, 'report.html')) || existsSync(reportFolder)).toBe(true)

    app = await app.restart()
    await app.page.getByRole('heading', { name: 'Recent projects' }).waitFor()
    await tabTo(app.page, /Lectern sample/)
    await app.page.keyboard.press('Enter')
    await canvasReady(app.page, first.scene)
    await app.page.keyboard.press('Control+z')
    await eventually(
      () => app!.page.getByText('Undone').count(),
      (count) => expect(count).toBeGreaterThan(0),
    )
    expect(app.problems).toEqual([])
  })
})
