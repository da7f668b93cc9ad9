import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { electronBinary } from '../../../scripts/electron-binary.mjs'

const root = resolve(import.meta.dirname, '../../..')
const { path: executablePath, why } = electronBinary()
const isRequired = process.env['LECTERN_REQUIRE_ELECTRON'] === '1'

// The default reporter hides the titles of skipped tests.
if (why !== undefined) console.warn(`True Electron was not tested: ${why}.`)

describe(why === undefined ? 'on true Electron' : `on true Electron, not run because ${why}`, () => {
  test.skipIf(why !== undefined && !isRequired)(
    'Lectern starts, is confined, opens the sample and runs its model',
    async () => {
      expect(why, 'LECTERN_REQUIRE_ELECTRON is set').toBeUndefined()
      const userData = mkdtempSync(join(tmpdir(), 'lectern-electron-'))
      const application = await _electron.launch({
        // Never left out: Playwright would look for the package itself and so start its download.
        executablePath: executablePath!,
        args: [root, `--user-data-dir=${userData}`, '--lang=en-GB'],
        timeout: 60_000,
      })
      try {
        const page = await application.firstWindow()
        const errors: string[] = []
        page.on('pageerror', (error) => errors.push(String(error)))
        await page.getByTestId('start-openSample').waitFor()

        // What only the real thing tells, and what the double takes for granted.
        const inPage = await page.evaluate(() => ({
          origin: location.origin,
          isSecureContext,
          globals: ['require', 'process', 'Buffer'].filter((name) => name in globalThis),
        }))
        expect(inPage).toEqual({ origin: 'lectern://app', isSecureContext: true, globals: [] })
        expect(await page.evaluate(async () => (await fetch('/..%2f..%2fpackage.json')).status)).toBe(404)
        expect(await page.evaluate(() => window.open('http://plain.example/'))).toBeNull()
        const menu = await application.evaluate(({ Menu }) =>
          Menu.getApplicationMenu()!.items.map((item) => item.label.replace('&', '')),
        )
        expect(menu.filter((label) => label !== 'Lectern')).toEqual(['File', 'Edit', 'View', 'Go', 'Run', 'Help'])

        await page.getByTestId('start-openSample').click()
        await page.locator('[data-testid=canvas][data-loaded=true]').first().waitFor()
        await page.waitForFunction(() =>
          [...document.images].every((image) => image.complete && image.naturalWidth > 0),
        )
        await page.getByText('CPU', { exact: true }).or(page.getByText(/^GPU/)).first().waitFor()
        expect(errors).toEqual([])
      } finally {
        await application.close()
        rmSync(userData, { recursive: true, force: true })
      }
    },
  )
})
