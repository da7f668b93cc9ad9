import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { launch, type LaunchedApp, type LaunchOptions } from './electron-double/launch.ts'

const root = resolve(import.meta.dirname, '../..')
const artefacts = join(root, 'artefacts')

export interface DesktopApp extends LaunchedApp {
  /** A folder of this application's own: user data and whatever the test writes. */
  readonly folder: string
  /** The page, once it shows a view and talks to the workbench. */
  usablePage(): Promise<Page>
  /** Keeps a picture of the page among the artefacts. */
  screenshot(name: string): Promise<void>
}

export type DesktopAppOptions = Omit<LaunchOptions, 'main' | 'userData'> & { readonly folder?: string }

/** The built desktop application on the double of Electron, its renderer in real Chromium. */
export async function openDesktopApp({ folder: given, ...options }: DesktopAppOptions = {}): Promise<DesktopApp> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'lectern-desktop-'))
  const main = join(root, 'out', 'main', 'electron.js')
  const app = await launch({ main, userData: join(folder, 'user-data'), ...options })
  return {
    ...app,
    folder,
    usablePage: async () => {
      const page = await app.page()
      await page.locator('nav').first().waitFor()
      await page.locator('main > :not([role=status])').first().waitFor()
      return page
    },
    screenshot: async (name) => {
      mkdirSync(artefacts, { recursive: true })
      await (await app.page()).screenshot({ path: join(artefacts, `${name}.png`) })
    },
    close: async () => {
      await app.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
