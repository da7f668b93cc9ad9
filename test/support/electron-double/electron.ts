import type { BrowserContext } from 'playwright-core'
import { AppDouble } from './app.ts'
import { decode, encode } from './codec.ts'
import { createDesktop, type DesktopOptions } from './desktop.ts'
import { doubleDialogs } from './dialogs.ts'
import type { FrameFacts } from './frames.ts'
import { guard } from './guard.ts'
import { IpcMainDouble } from './ipc-main.ts'
import { doubleMenus } from './menus.ts'
import { Permissions } from './permissions.ts'
import { MessageChannelMainDouble } from './ports.ts'
import { doubleProtocol, Schemes } from './schemes.ts'
import { serveRequests } from './serve-requests.ts'
import { doubleShell } from './shell.ts'
import { doubleUtilityProcess } from './utility-process.ts'
import { browserWindowClass, type BrowserWindowDouble } from './window.ts'

export type ElectronDouble = ReturnType<typeof createElectron>

/** One Electron: the modules that the application imports, and the user's and the system's side of them for the test. */
export function createElectron(options: DesktopOptions) {
  const desktop = createDesktop(options)
  const windows = new Set<BrowserWindowDouble>()
  const closing: Promise<void>[] = []
  const schemes = new Schemes(desktop)
  const permissions = new Permissions(options.browser)
  const ipcMain = new IpcMainDouble()
  const app = new AppDouble(desktop, windows)
  const dialogs = doubleDialogs(desktop)
  const { utilityProcess, children } = doubleUtilityProcess()
  const firstWindow = (): BrowserWindowDouble => {
    const [window] = windows
    if (!window) throw new Error('no window is open')
    return window
  }
  const menus = doubleMenus({ desktop, quit: () => app.quit(), focusedWindow: () => [...windows][0] })

  let context: Promise<BrowserContext> | null = null
  const openContext = async (): Promise<BrowserContext> => {
    const opened = await options.browser.newContext({ locale: app.getLocale() })
    const ownerOf = (page: unknown) => [...windows].find(({ webContents }) => webContents.livePage === page)
    await serveRequests(opened, {
      desktop,
      schemes,
      mayNavigate: (page, url) => ownerOf(page)?.webContents.mayNavigate(url) ?? true,
    })
    return opened
  }
  let disposed = false
  const newPage = async () => (await (context ??= openContext())).newPage()
  const lastWindowClosed = () => app.lastWindowClosed()
  const parts = { desktop, schemes, ipcMain, permissions, newPage, windows, closing, lastWindowClosed }

  const modules = {
    app: guard('app', app),
    BrowserWindow: browserWindowClass(parts),
    dialog: guard('dialog', dialogs.dialog),
    ipcMain: guard('ipcMain', ipcMain),
    Menu: menus.Menu,
    MessageChannelMain: MessageChannelMainDouble,
    protocol: guard(
      'protocol',
      doubleProtocol(schemes, () => app.isReady()),
    ),
    session: guard('session', { defaultSession: permissions.session }),
    shell: guard('shell', doubleShell(desktop)),
    utilityProcess: guard('utilityProcess', utilityProcess),
  } satisfies { [Name in keyof typeof import('electron')]?: unknown }

  return {
    ...desktop,
    modules,
    app,
    windows,
    children,
    permissions,
    firstWindow,
    answer: dialogs.answer,
    applicationMenu: menus.applicationMenu,
    hasApplicationMenu: menus.hasApplicationMenu,
    fetch: (url: string) => schemes.fetch(url),
    /** What ipcRenderer.invoke would give in a frame of the test's making; null: a frame that is gone already. */
    invokeAs: async (frame: FrameFacts | null, channel: string, ...args: unknown[]): Promise<unknown> => {
      const event = firstWindow().webContents.ipcEvent(frame)
      const answer = await ipcMain.invoke(event, channel, encode(args))
      if ('error' in answer) throw new Error(`Error invoking remote method '${channel}': ${answer.error}`)
      return decode(answer.data)
    },
    /** Ends everything at once, without asking the application. */
    dispose: async (): Promise<void> => {
      if (disposed) return
      disposed = true
      app.removeAllListeners()
      for (const window of windows) window.destroy()
      for (const child of children) child.kill()
      await Promise.all([...closing, ...children.map((child) => child.gone)])
      await (await context)?.close()
      await permissions.close()
    },
  }
}
