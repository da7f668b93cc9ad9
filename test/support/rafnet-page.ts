import type { Locator, Page } from 'playwright-core'
import { canvasReady, pickPath } from './hands.ts'

/** What somebody does on the way from photos to RAFNet's predictions, in the page. */
export const dialogs = (page: Page): Locator => page.getByRole('dialog')
export const step = (page: Page, key: string): Locator => page.locator(`[data-step="${key}"]`)

/** From the Start page to a project of these photos. Returns its folder. */
export async function openPhotos(page: Page, photos: string): Promise<string> {
  await page.getByTestId('start-openPhotos').click()
  await pickPath(page, photos)
  const folder = await dialogs(page).getByLabel('Project folder').inputValue()
  await page.getByRole('button', { name: 'Create project' }).click()
  await canvasReady(page)
  return folder
}

/** Asks for RAFNet on this folder by the command palette. */
export async function askForRafnet(page: Page, words = 'run rafnet'): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await page.getByTestId('chain').waitFor()
}

/** Adds a file from where weights were asked for, and waits until it is known. */
export async function keepRecognised(page: Page): Promise<void> {
  const recognised = page.getByTestId('recognised')
  await recognised.waitFor()
  await dialogs(page).last().getByRole('button', { name: 'Add', exact: true }).click()
  await recognised.waitFor({ state: 'detached' })
}

/** Adds what a step lacks. */
export async function addWeights(page: Page, key: 'appearance' | 'relation', file: string): Promise<void> {
  await step(page, key).getByRole('button', { name: 'Choose a file…' }).click()
  await pickPath(page, file)
  await keepRecognised(page)
}

/** Adds a head from the dialog that asks for RAFNet; its config lies beside it. */
export async function addHead(page: Page, file: string): Promise<void> {
  await step(page, 'predictions').getByRole('button', { name: 'Add a model…' }).click()
  const add = page.getByRole('button', { name: 'Add only' })
  await dialogs(page).last().getByLabel('Model file').fill(file)
  await page.keyboard.press('Enter')
  await add.click()
  await add.waitFor({ state: 'detached' })
}

/** Adds a detector on the list of weights and makes it the one that finds students. */
export async function useDetector(page: Page, file: string, name: string): Promise<void> {
  await page.keyboard.press('Alt+3')
  await page.getByRole('radio', { name: 'Detectors & extractors' }).click()
  await page.getByTestId('add-weights').click()
  await pickPath(page, file)
  await keepRecognised(page)
  await page.getByRole('article', { name }).getByRole('button', { name: 'Use it to find students' }).click()
}

export const run = (page: Page): Promise<void> =>
  dialogs(page).getByRole('button', { name: 'Run RAFNet', exact: true }).click()
