import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { launch, type LaunchedApp } from './electron-double/launch.ts'

export interface SmallApp {
  /** Runs in main once it is ready, with `electron` and a window `win` that has loaded nothing yet. */
  readonly main?: string
  /** The preload script, with electron's renderer modules in scope. */
  readonly preload?: string
  readonly html?: string
}

/** A little application of a test's own on the double, to hold the double against what Electron documents. */
export async function openSmallApp({ main = '', preload = '', html = '<h1>x</h1>' }: SmallApp): Promise<LaunchedApp> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-double-'))
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const imports = 'const { contextBridge, ipcRenderer, webUtils } = require("electron")'
  const preloadFile = JSON.stringify(put('preload.cjs', `${imports}\n${preload}`))
  const mainFile = put(
    'main.mjs',
    `import * as electron from 'electron'
    const { app, BrowserWindow, ipcMain, MessageChannelMain, protocol } = electron
    protocol.registerSchemesAsPrivileged([{ scheme: 'small', privileges: { standard: true } }])
    app.whenReady().then(async () => {
      const page = ${JSON.stringify(html)}
      protocol.handle('small', () => new Response(page, { headers: { 'content-type': 'text/html' } }))
      const win = new BrowserWindow({ webPreferences: { preload: ${preloadFile} } })
      ${main}
      await win.loadURL('small://app/')
    })`,
  )
  const app = await launch({ main: mainFile, userData: folder })
  onTestFinished(async () => {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return app
}

/** Where main leaves something for its test to see: both run in one process. */
export function seenByMain(): unknown[] {
  const seen: unknown[] = []
  Object.assign(globalThis, { seen })
  return seen
}
