import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { launch, type LaunchedApp, type LaunchOptions } from './electron-double/launch.ts'
import { canvasReady, eventually } from './hands.ts'

const root = resolve(import.meta.dirname, '../..')
const artefacts = join(root, 'artefacts')

export interface DesktopApp extends LaunchedApp {
  /** The page, once it shows a view and talks to the workbench. */
  usablePage(): Promise<Page>
  /** Opens the sample by the Start page's button, until its images are there too. Returns its project folder. */
  openSample(): Promise<string>
  /** What a user clicks in the application menu, by the labels that are read there. */
  chooseMenu(...path: readonly string[]): void
  /** Closes the window, as a user does, and waits until the application has ended. */
  quit(): Promise<void>
  /** Keeps a picture of the page among the artefacts. */
  screenshot(name: string): Promise<void>
}

export type DesktopAppOptions = Omit<LaunchOptions, 'main' | 'userData'> & {
  /** Where user data and everything else of this person's computer lies. */
  readonly folder: string
}

/** The built desktop application on the double of Electron, its renderer in real Chromium. */
export async function openDesktopApp({ folder, ...options }: DesktopAppOptions): Promise<DesktopApp> {
  const userData = join(folder, 'user-data')
  const app = await launch({ main: join(root, 'out', 'main', 'electron.js'), userData, ...options })
  const usablePage = async () => {
    const page = await app.page()
    await page.locator('main > :not([role=status])').first().waitFor()
    await eventually(
      () => app.hasApplicationMenu(),
      (has) => expect(has).toBe(true),
    )
    return page
  }
  return {
    ...app,
    usablePage,
    openSample: async () => {
      const page = await usablePage()
      await page.getByTestId('start-openSample').click()
      await canvasReady(page)
      await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0))
      return join(userData, 'sample', 'Lectern sample.lectern')
    },
    chooseMenu: (...path) => app.applicationMenu().find(path).choose(),
    quit: async () => {
      for (const window of app.windows) window.close()
      expect(await app.app.exited).toBe(0)
      await app.close()
    },
    screenshot: async (name) => {
      mkdirSync(artefacts, { recursive: true })
      await (await app.page()).screenshot({ path: join(artefacts, `${name}.png`) })
    },
  }
}
