import { app, BrowserWindow, Menu, protocol, session as electronSession } from 'electron'
import { join } from 'node:path'
import { toAppError } from '#shared/contract/app-error.ts'
import { applicationRoot } from '../root.ts'
import { startWorkbench, type WorkbenchSession } from '../start-workbench.ts'
import { createCommandHub, type CommandHub } from './command-hub.ts'
import { connectWindows } from './connect-windows.ts'
import { electronHostHandlers } from './electron-host-handlers.ts'
import { followProject, tellOfSettings } from './follow-workbench.ts'
import { forkUtilityProcess } from './fork-utility-process.ts'
import { menuLabels, resolveLanguage, type MenuLanguage } from './menu-labels.ts'
import { buildMenu } from './menu.ts'
import { pathsToOpen } from './paths-to-open.ts'
import { handleProtocol, scheme } from './protocol.ts'
import { openWindow } from './window.ts'

protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
])

if (app.requestSingleInstanceLock()) {
  const commands = createCommandHub()
  followSystem(commands)
  void app.whenReady().then(() => start(commands))
} else app.quit()

/** What the system may ask for at any time; macOS hands over files even before the application is ready. */
function followSystem(commands: CommandHub): void {
  app.on('open-file', (event, path) => {
    event.preventDefault()
    commands.publish({ kind: 'open', paths: [path] })
  })
  app.on('second-instance', (_event, argv, workingFolder) => {
    const window = currentWindow()
    if (window?.isMinimized()) window.restore()
    window?.focus()
    publishPaths(commands, pathsToOpen(argv, workingFolder, app.isPackaged))
  })
  app.on('window-all-closed', () => app.quit())
}

/** The composition root under Electron: one workbench, one window and the menu. */
function start(commands: CommandHub): void {
  const root = applicationRoot(import.meta.dirname)
  const session = startWorkbench({
    root,
    appVersion: app.getVersion(),
    userData: app.getPath('userData'),
    fork: forkUtilityProcess(join(import.meta.dirname, 'compute.js')),
    host: electronHostHandlers(commands, currentWindow),
    watchesPhotos: true,
  })
  let language: MenuLanguage = resolveLanguage('system', app.getLocale())
  const buildMenuAgain = async () => {
    const [settings, recent] = await Promise.all([session.client.settings.get({}), session.client.project.recent({})])
    language = resolveLanguage(settings.language, app.getLocale())
    const openPaths = (paths: readonly string[]) => publishPaths(commands, paths)
    Menu.setApplicationMenu(buildMenu({ language, recent, commands, openPaths, platform: process.platform }))
  }
  const refreshMenu = () => void buildMenuAgain().catch(tellUnlessClosing)

  allowOnly('clipboard-sanitized-write')
  handleProtocol({ media: session.media, rendererFolder: join(root, 'out', 'renderer') })
  connectWindows(tellOfSettings(session.handlers, refreshMenu))
  const stopFollowing = followProject(session.client, (project) => {
    if (project) app.addRecentDocument(project.folder)
    refreshMenu()
  })
  closeBeforeExit(session, stopFollowing)

  refreshMenu()
  publishPaths(commands, pathsToOpen(process.argv, process.cwd(), app.isPackaged))
  openWindow({ stateFile: join(app.getPath('userData'), 'window-state.json'), labels: () => menuLabels[language] })
}

/** A page still saves its settings while the application quits; nobody needs a menu then. */
function tellUnlessClosing(error: unknown): void {
  if (toAppError(error).code !== 'rpc.disconnected')
    process.stderr.write(`The menu is not up to date: ${String(error)}\n`)
}

const currentWindow = (): BrowserWindow | null => BrowserWindow.getAllWindows()[0] ?? null

function publishPaths(commands: CommandHub, paths: readonly string[]): void {
  if (paths.length > 0) commands.publish({ kind: 'open', paths })
}

/** Of all that a page may ask the system for, only this one permission is ever granted. */
function allowOnly(granted: string): void {
  const { defaultSession } = electronSession
  defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === granted))
  defaultSession.setPermissionCheckHandler((_contents, permission) => permission === granted)
}

/** The application ends when its windows are gone, the project is closed and the compute process has ended. */
function closeBeforeExit(session: WorkbenchSession, stopFollowing: () => void): void {
  let state: 'open' | 'closing' | 'closed' = 'open'
  app.on('will-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'closing') return
    state = 'closing'
    stopFollowing()
    session
      .close()
      .catch((error: unknown) => void process.stderr.write(`The project did not close cleanly: ${String(error)}\n`))
      .finally(() => {
        state = 'closed'
        app.quit()
      })
  })
}
