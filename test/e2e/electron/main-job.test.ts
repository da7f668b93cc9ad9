import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callsOf } from '../../support/electron-double/desktop.ts'
import { desktopTests } from '../../support/desktop-tests.ts'
import { canvas, canvasState, eventually } from '../../support/hands.ts'

const { open, folder } = desktopTests()

test('open the sample, correct a class, look at the figures, export the features', async () => {
  const app = await open()
  await app.openSample()
  const page = await app.usablePage()
  expect((await canvasState(page)).students).toBeGreaterThan(20)
  await page.getByText('CPU', { exact: true }).waitFor()
  await app.screenshot('desktop-label')

  await canvas(page).focus()
  await page.keyboard.press('Tab')
  await eventually(
    async () => (await canvasState(page)).selected.length,
    (count) => expect(count).toBe(1),
  )
  await page.keyboard.press('5')
  await page.getByTestId('undo-state').getByText('Undo: 1 label').waitFor()

  app.chooseMenu('Go', 'Analyse')
  await eventually(
    () => page.getByTestId('figure-accuracy').getByTestId('value').innerText(),
    (text) => expect(Number.parseFloat(String(text))).toBeGreaterThan(50),
  )
  await app.screenshot('desktop-analyse')

  app.chooseMenu('File', 'Export Features…')
  const file = join(folder(), 'corrected.pkl')
  app.answer('showSaveDialog', { canceled: false, filePath: file })
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByTestId('export-done').waitFor()
  expect(readFileSync(file).subarray(0, 1)).toEqual(Buffer.from([0x80]))
  expect(callsOf(app, 'dialog.showSaveDialog')).toEqual([
    [
      expect.objectContaining({
        defaultPath: expect.stringMatching(/features_corrected\.pkl$/) as string,
        filters: [expect.objectContaining({ extensions: ['pkl'] })],
      }),
    ],
  ])
  await page
    .getByRole('button', { name: /folder|file manager|Show/ })
    .last()
    .click()
  await eventually(
    () => callsOf(app, 'shell.showItemInFolder'),
    (calls) => expect(calls).toEqual([[file]]),
  )
  await app.screenshot('desktop-export')
})
