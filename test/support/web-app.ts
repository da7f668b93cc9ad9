import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { browser } from './browser.ts'

export const root = resolve(import.meta.dirname, '../..')
const artefacts = join(root, 'artefacts')

export interface WebApp {
  readonly page: Page
  readonly address: string
  /** A folder of this application's own: user data and whatever the test writes. */
  readonly folder: string
  /** What went wrong in the page: a test ends by expecting none. */
  readonly problems: string[]
  /** Keeps a picture of the page among the artefacts. */
  screenshot(name: string): Promise<void>
  /** Ends the local host as a user would (Ctrl+C) and starts another on the same user data, in a fresh page. */
  restart(): Promise<WebApp>
  close(): Promise<void>
}

export interface WebAppOptions {
  readonly project?: string
  readonly folder?: string
  readonly size?: { readonly width: number; readonly height: number }
}

/** The built application as `npm start` gives it without Electron: local host and a real browser. */
export async function openWebApp(options: WebAppOptions = {}): Promise<WebApp> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'lectern-e2e-'))
  const { child, address } = await startHost(folder, options.project)
  const context = await (
    await browser()
  ).newContext({
    viewport: options.size ?? { width: 1440, height: 900 },
    locale: 'en-GB',
    acceptDownloads: true,
  })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`page: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`)
  })
  await page.goto(address)
  const stop = async () => {
    await context.close()
    await end(child)
  }
  return {
    page,
    address,
    folder,
    problems,
    screenshot: async (name) => {
      mkdirSync(artefacts, { recursive: true })
      await page.screenshot({ path: join(artefacts, `${name}.png`) })
    },
    restart: async () => {
      await stop()
      return openWebApp({ ...options, folder })
    },
    close: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startHost(
  folder: string,
  project: string | undefined,
): Promise<{ child: ChildProcess; address: string }> {
  const args = [join(root, 'out', 'main', 'cli.js'), 'serve', ...(project ? [project] : []), '--no-open']
  const child = spawn(process.execPath, args, {
    env: { ...process.env, LECTERN_USER_DATA: join(folder, 'user-data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        said += data.toString()
        const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/.exec(said)
        if (found) resolve(found[0])
      })
    }
    child.on('exit', () => reject(new Error(`the local host ended: ${said}`)))
  })
  return { child, address }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 5000).unref()
  })
}
