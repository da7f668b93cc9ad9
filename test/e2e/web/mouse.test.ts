import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../support/browser.ts'
import { canvas, canvasReady, canvasState, eventually, pickPath, selectedRectangle } from '../../support/hands.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { openWebApp, type WebApp } from '../../support/web-app.ts'

let app: WebApp | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app?.screenshot(`failed-${task.name.slice(0, 40)}`)
  await app?.close()
  app = undefined
})
afterAll(closeBrowser)

const rail = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click()
const figure = (page: Page, name: string) => page.getByTestId(`figure-${name}`).getByTestId('value').innerText()

async function centreOfSelection(page: Page) {
  const { x, y, width, height } = await selectedRectangle(page)
  return { x: x + width / 2, y: y + height / 2 }
}

describe.skipIf(rafnetFolder === null)(
  `the main job on the authors' files, with the mouse${rafnetFolder === null ? ` (${withoutRafnet})` : ''}`,
  () => {
    test('import, add the checkpoint, correct on the photo and on the wall, export', async () => {
      app = await openWebApp()
      const { page, folder } = app
      const data = rafnetFolder!

      await page.getByTestId('start-importRafnet').or(page.getByText('Import RAFNet files').first()).first().click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Feature pickle').fill(join(data, 'features.pkl'))
      await dialog.getByLabel(/^Photo folder/).fill(join(data, 'images'))
      await dialog.getByLabel(/^Project folder/).fill(join(folder, 'Real.lectern'))
      await dialog.getByRole('button', { name: 'Import', exact: true }).click()
      await dialog.getByText('Import finished').waitFor()
      const doctor = await dialog.innerText()
      expect(doctor).toContain('151')
      expect(doctor).toMatch(/166\.jpg/)
      await app.screenshot('import-doctor')
      await dialog.getByRole('button', { name: 'Start labelling' }).click()
      await canvasReady(page)
      await rail(page, 'Models & runs')
      await page
        .getByRole('button', { name: /Add model|Add a model/ })
        .first()
        .click()
      await dialog.getByLabel('Model file').fill(join(data, 'convnext_only_seed_43.pth'))
      await dialog.getByRole('button', { name: 'Read the file' }).click()
      await dialog.getByText('multimodal_classifier').first().waitFor()
      await app.screenshot('model-inspected')
      await dialog.getByRole('button', { name: 'Add and run on all' }).click()
      await dialog.waitFor({ state: 'hidden' })
      await page.getByRole('row', { name: /convnext_only_seed_43 CPU 151/ }).waitFor()
      await app.screenshot('models')
      await rail(page, 'Analyse')
      await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor()
      await eventually(
        () => figure(page, 'accuracy'),
        (text) => expect(text).toContain('47.68'),
      )
      await app.screenshot('analyse-real')

      // Those students: the cell's count is the wall's count, and relabelling there moves every figure.
      await page
        .getByRole('gridcell', { name: /Truth Reading\/Writing, predicted Bowing Head: 38/ })
        .or(page.getByLabel(/Truth Reading\/Writing, predicted Bowing Head: 38/))
        .first()
        .click()
      const wall = page.getByTestId('crop-wall')
      await wall.getByText('38 students').waitFor()
      await app.screenshot('wall')
      await wall.getByRole('img').first().click()
      await page.keyboard.press('1')
      await eventually(
        () => figure(page, 'accuracy'),
        (text) => expect(text).toContain('48.34'),
      )
      await page.keyboard.press('Control+z')
      await eventually(
        () => figure(page, 'accuracy'),
        (text) => expect(text).toContain('47.68'),
      )
      await page.keyboard.press('Control+Shift+z')
      await eventually(
        () => figure(page, 'accuracy'),
        (text) => expect(text).toContain('48.34'),
      )
      await page.keyboard.press('Escape')
      await rail(page, 'Label')
      await canvasReady(page)
      await page.keyboard.press('Tab')
      await eventually(
        async () => (await canvasState(page)).selected.length,
        (count) => expect(count).toBe(1),
      )
      const at = await centreOfSelection(page)
      const before = await selectedRectangle(page)
      await page.mouse.move(at.x, at.y)
      await page.mouse.down()
      await page.mouse.move(at.x + 30, at.y + 12, { steps: 5 })
      await page.mouse.up()
      await eventually(
        async () => (await selectedRectangle(page)).x - before.x,
        (moved) => expect(moved).toBeGreaterThan(20),
      )
      await page.keyboard.press('Control+z')
      await eventually(
        async () => Math.abs((await selectedRectangle(page)).x - before.x),
        (away) => expect(away).toBeLessThan(1),
      )

      const area = (await canvas(page).boundingBox())!
      await page.keyboard.down('Shift')
      await page.mouse.move(area.x + area.width * 0.3, area.y + area.height * 0.3)
      await page.mouse.down()
      await page.mouse.move(area.x + area.width * 0.8, area.y + area.height * 0.8, { steps: 5 })
      await page.mouse.up()
      await page.keyboard.up('Shift')
      await eventually(
        async () => (await canvasState(page)).selected.length,
        (count) => expect(count).toBeGreaterThan(5),
      )
      await app.screenshot('marquee')
      const zoom = (await canvasState(page)).zoom
      await page.mouse.wheel(0, -600)
      await eventually(
        async () => (await canvasState(page)).zoom,
        (now) => expect(now).toBeGreaterThan(zoom * 1.2),
      )
      await page.keyboard.press('f')
      await eventually(
        async () => (await canvasState(page)).zoom,
        (now) => expect(now).toBeCloseTo(zoom, 2),
      )
      await rail(page, 'Reports & exports')
      await page.getByRole('radio', { name: 'Feature pickle' }).click()
      await page.getByText('Relabelled').first().waitFor()
      await app.screenshot('export')
      await page.getByRole('button', { name: /^Export/ }).click()
      await pickPath(page, join(folder, 'corrected.pkl'))
      await page.getByTestId('export-done').waitFor()
      expect(existsSync(join(folder, 'corrected.pkl'))).toBe(true)
      expect(app.problems).toEqual([])
    })
  },
)

describe('the same in Chinese and in the dark', () => {
  test('language and theme change at once and survive a restart', async () => {
    app = await openWebApp()
    let { page } = app
    await page.getByText('Open the sample').click()
    await canvasReady(page)
    await rail(page, 'Settings')
    await page.getByRole('combobox', { name: 'Language' }).or(page.getByLabel('Language')).first().click()
    await page.getByRole('option', { name: '简体中文' }).or(page.getByText('简体中文')).first().click()
    await page.getByRole('heading', { name: '设置' }).or(page.getByText('设置')).first().waitFor()
    await page.getByRole('radio', { name: '深色' }).click()
    await app.screenshot('settings-zh-dark')
    await page.keyboard.press('Alt+1')
    await canvasReady(page)
    await app.screenshot('label-zh-dark')
    await page.keyboard.press('Alt+2')
    await page.getByRole('heading', { name: '混淆矩阵' }).waitFor()
    await app.screenshot('analyse-zh-dark')
    await page.keyboard.press('Alt+4')
    await page.frameLocator('iframe').getByRole('heading', { name: '课堂行为报告' }).waitFor()
    await app.screenshot('reports-zh-dark')

    app = await app.restart()
    page = app.page
    await page.getByText('打开示例').first().waitFor()
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    await app.screenshot('start-zh-dark')
    expect(app.problems).toEqual([])
  })
})
