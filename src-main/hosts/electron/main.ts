import { app, BrowserWindow, Menu, protocol, session as electronSession } from 'electron'
import { join } from 'node:path'
import { applicationRoot } from '../root.ts'
import { startWorkbench } from '../start-workbench.ts'
import { createCommandHub } from './command-hub.ts'
import { connectWindows } from './connect-windows.ts'
import { electronHostHandlers } from './electron-host-handlers.ts'
import { forkUtilityProcess } from './fork-utility-process.ts'
import { buildMenu } from './menu.ts'
import { resolveLanguage } from './menu-labels.ts'
import { pathsToOpen } from './paths-to-open.ts'
import { handleProtocol, scheme } from './protocol.ts'
import { openWindow } from './window.ts'

protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
])

if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

/** The composition root under Electron: one workbench, one window, the menu, and what the system asks of them. */
function start(): void {
  const root = applicationRoot(import.meta.dirname)
  const commands = createCommandHub()
  const session = startWorkbench({
    root,
    appVersion: app.getVersion(),
    userData: app.getPath('userData'),
    fork: forkUtilityProcess(join(import.meta.dirname, 'compute.js')),
    host: electronHostHandlers(commands, () => BrowserWindow.getAllWindows()[0] ?? null),
  })
  const openPaths = (paths: readonly string[]) => {
    if (paths.length > 0) commands.publish({ kind: 'open', paths })
  }
  const refreshMenu = async () => {
    const [settings, recent] = await Promise.all([session.client.settings.get({}), session.client.project.recent({})])
    const language = resolveLanguage(settings.language, app.getLocale())
    Menu.setApplicationMenu(buildMenu({ language, recent, commands, openPaths, platform: process.platform }))
  }

  electronSession.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  )
  electronSession.defaultSession.setPermissionCheckHandler(() => false)
  handleProtocol({ media: session.media, rendererFolder: join(root, 'out', 'renderer') })
  connectWindows(session.handlers)
  const stopWatching = watchProject(session.client, () => void refreshMenu())

  app.on('second-instance', (_event, argv, workingFolder) => {
    const window = BrowserWindow.getAllWindows()[0]
    if (window?.isMinimized()) window.restore()
    window?.focus()
    openPaths(pathsToOpen(argv, workingFolder, app.isPackaged))
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openPaths([path])
  })
  app.on('window-all-closed', () => app.quit())
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    stopWatching()
    void session.close().finally(() => {
      closed = true
      app.quit()
    })
  })

  void refreshMenu()
  openPaths(pathsToOpen(process.argv, process.cwd(), app.isPackaged))
  openWindow({ stateFile: join(app.getPath('userData'), 'window-state.json') })
}

type WatchedClient = ReturnType<typeof startWorkbench>['client']

/** The recent projects of the menu and of the system follow what is opened. */
function watchProject(client: WatchedClient, onProject: () => void): () => void {
  const controller = new AbortController()
  const watch = async () => {
    for await (const change of client.project.changes({}, { signal: controller.signal })) {
      if (!change.topics.includes('project')) continue
      const project = await client.project.current({})
      if (project) app.addRecentDocument(project.folder)
      onProject()
    }
  }
  void watch().catch(() => undefined)
  return () => controller.abort()
}
