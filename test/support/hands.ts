import type { Locator, Page } from 'playwright-core'
import { expect, vi } from 'vitest'

const patience = { timeout: 20_000, interval: 50 }

/** Waits until `look` answers what is expected: the page gets there by itself or the test fails with the last answer. */
export const eventually = (look: () => unknown, check: (value: unknown) => void): Promise<void> =>
  vi.waitFor(async () => check(await look()), patience)

/** Presses Tab until the focus is on something of that name, as somebody without a mouse would. */
export async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = []
  for (let presses = 0; presses < 80; presses++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null
      if (!element || element === document.body) return ''
      return `${element.getAttribute('aria-label') ?? ''} ${element.textContent}`.trim()
    })
    if (name.test(focused)) return
    seen.push(focused.slice(0, 40))
    await page.keyboard.press(key)
  }
  throw new Error(`Tab never reached ${name}; it went over: ${seen.join(' | ')}`)
}

/** The canvas as a test sees it: what it says of itself in the document. */
export interface CanvasState {
  readonly scene: string
  readonly selected: readonly string[]
  readonly students: number
  readonly zoom: number
}

export const canvas = (page: Page): Locator => page.getByTestId('canvas').first()

export async function canvasState(page: Page): Promise<CanvasState> {
  const { scene, selected, students, zoom } = await canvas(page).evaluate((element) => ({
    ...(element as HTMLElement).dataset,
  }))
  return {
    scene: scene ?? '',
    selected: (selected ?? '').split(',').filter(Boolean),
    students: Number(students),
    zoom: Number(zoom),
  }
}

/** The canvas shows a scene with its photo and students. */
export async function canvasReady(page: Page, scene?: string): Promise<void> {
  await canvas(page).waitFor({ state: 'visible' })
  await eventually(
    () => canvas(page).evaluate((element) => ({ ...(element as HTMLElement).dataset })),
    (data) => expect(data).toMatchObject({ loaded: 'true', ...(scene !== undefined && { scene }) }),
  )
}

/** Where the primary selection is on screen, in client px. */
export async function selectedRectangle(page: Page) {
  const text = await canvas(page).getAttribute('data-selected-rect')
  const [x, y, width, height] = (text ?? '').split(',').map(Number)
  if ([x, y, width, height].some((value) => value === undefined || !Number.isFinite(value))) {
    throw new Error(`no rectangle of a selection: "${text}"`)
  }
  return { x: x!, y: y!, width: width!, height: height! }
}

/** Types a path into Lectern's own file dialog and chooses it. */
export async function pickPath(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole('dialog').last()
  await dialog.waitFor()
  const slash = path.lastIndexOf('/')
  const pathField = dialog.getByLabel('Path', { exact: true })
  const nameField = dialog.getByLabel('File name', { exact: true })
  const saves = (await nameField.count()) > 0
  await pathField.fill(saves ? path.slice(0, slash) : path)
  await pathField.press('Enter')
  if (saves) await nameField.fill(path.slice(slash + 1))
  await dialog.getByRole('button', { name: /^(Choose|Save here)/ }).click()
  // What was picked may open a dialog of its own at once.
  await pathField.waitFor({ state: 'hidden' })
}
