import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { closeBrowser } from './browser.ts'
import { openDesktopApp, type DesktopApp, type DesktopAppOptions } from './desktop-app.ts'

export interface DesktopTests {
  /** Starts the application; in one test all share one folder, as one person's computer does. */
  readonly open: (options?: Omit<DesktopAppOptions, 'folder'>) => Promise<DesktopApp>
  /** A folder of this test's own. */
  readonly folder: () => string
}

/** Runs the desktop application in each test of a file; a test fails where anything at all went wrong in it. */
export function desktopTests(): DesktopTests {
  let folder = ''
  let opened: DesktopApp[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lectern-desktop-'))
  })
  afterEach(async ({ task }) => {
    const last = opened.at(-1)
    if (task.result?.state === 'fail' && last && last.windows.size > 0) {
      await last.screenshot(`failed-desktop-${task.name.replaceAll(/\W+/g, '-').slice(0, 40)}`)
    }
    for (const app of opened) await (app.windows.size > 0 ? app.quit() : app.close())
    const problems = opened.flatMap((app) => app.problems)
    opened = []
    rmSync(folder, { recursive: true, force: true })
    expect(problems).toEqual([])
  })
  afterAll(closeBrowser)

  return {
    open: async (options) => {
      const app = await openDesktopApp({ ...options, folder })
      opened.push(app)
      return app
    },
    folder: () => folder,
  }
}
