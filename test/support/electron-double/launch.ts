import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { browser } from '../browser.ts'
import type { DesktopOptions } from './desktop.ts'
import { createElectron, type ElectronDouble } from './electron.ts'
import { makeEvent } from './guard.ts'
import { importMain } from './module-hooks.ts'

export interface LaunchOptions extends Omit<DesktopOptions, 'browser'> {
  /** The built main bundle. */
  readonly main: string
  /** What follows the executable and, unless packaged, the application on the command line. */
  readonly argv?: readonly string[]
  /** A file that macOS hands over before the application is ready. */
  readonly openedFile?: string
}

export interface LaunchedApp extends Omit<ElectronDouble, 'dispose' | 'modules'> {
  /** The page of the first window, loaded. */
  page(): Promise<Page>
  /** Drops real files or folders on the middle of an element, as the desktop would. */
  dropFiles(selector: string, paths: readonly string[]): Promise<void>
  /** Somebody starts the application again. */
  startAgain(args: readonly string[], workingFolder?: string): void
  /** Ends what is left of the application. */
  close(): Promise<void>
}

/** Starts a built main bundle on the double, in this process. */
export async function launch({ main, argv = [], openedFile, ...options }: LaunchOptions): Promise<LaunchedApp> {
  const mainFile = resolve(main)
  const { dispose, modules, ...electron } = createElectron({ ...options, browser: await browser() })
  const command = [process.execPath, ...(options.packaged ? [] : [mainFile]), ...argv]
  const restore = pretendToBeElectron(command, mainFile)
  await importMain(mainFile, modules)
  if (openedFile !== undefined) electron.app.emit('open-file', makeEvent(), openedFile)
  electron.app.becomeReady()

  const page = async (): Promise<Page> => {
    while (electron.windows.size === 0) await new Promise((next) => setTimeout(next, 5))
    const { webContents } = electron.firstWindow()
    const opened = await webContents.page
    if (!webContents.loaded) await new Promise((loaded) => webContents.once('did-finish-load', loaded))
    return opened
  }
  return {
    ...electron,
    page,
    dropFiles: async (selector, paths) => {
      const opened = await page()
      electron.firstWindow().webContents.deliver({ kind: 'paths', entries: paths.map(pathEntry) })
      await drop(opened, selector, paths)
    },
    startAgain: (args, workingFolder = process.cwd()) => {
      // Chromium puts switches of its own in between.
      const again = [
        process.execPath,
        '--allow-file-access-from-files',
        ...(options.packaged ? [] : [mainFile]),
        ...args,
      ]
      electron.app.emit('second-instance', makeEvent(), again, workingFolder, null)
    },
    close: async () => {
      await dispose()
      restore()
    },
  }
}

/** By these a File in the page is known again: the page itself cannot know its path. */
function pathEntry(path: string): readonly [key: string, path: string] {
  const facts = statSync(path)
  return [`${basename(path)}|${facts.size}|${Math.floor(facts.mtimeMs)}`, path]
}

async function drop(page: Page, selector: string, paths: readonly string[]): Promise<void> {
  const box = await page.locator(selector).boundingBox()
  if (!box) throw new Error(`nothing to drop on: ${selector} is not shown`)
  const cdp = await page.context().newCDPSession(page)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files: [...paths], dragOperationsMask: 1 }
    await cdp.send('Input.dispatchDragEvent', { type, x, y, data })
  }
  await cdp.detach()
}

/** The facts by which a main process knows that it runs in Electron. */
function pretendToBeElectron(argv: string[], main: string): () => void {
  const argvBefore = process.argv
  const manifest = createRequire(import.meta.url).resolve('electron/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  process.argv = argv
  Object.defineProperty(process.versions, 'electron', { value: version, configurable: true, enumerable: true })
  Object.defineProperty(process, 'type', { value: 'browser', configurable: true })
  Object.defineProperty(process, 'resourcesPath', { value: dirname(dirname(main)), configurable: true })
  return () => {
    process.argv = argvBefore
    for (const [owner, name] of [
      [process.versions, 'electron'],
      [process, 'type'],
      [process, 'resourcesPath'],
    ] as const) {
      Reflect.deleteProperty(owner, name)
    }
  }
}
