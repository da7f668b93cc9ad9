import { app, dialog, shell } from 'electron'
import type { BrowserWindow, FileFilter } from 'electron'
import { join } from 'node:path'
import { createFolder, listFolder } from '../folders.ts'
import type { HostHandlers } from '../web/web-host-handlers.ts'
import type { CommandHub } from './command-hub.ts'

/** What the page asks of Electron: the system's own dialogs and file manager. */
export const electronHostHandlers = (commands: CommandHub, window: () => BrowserWindow | null): HostHandlers => ({
  info: () => ({
    kind: 'electron',
    appVersion: app.getVersion(),
    platform: process.platform,
    locale: app.getLocale(),
    nativeDialogs: true,
    home: app.getPath('home'),
  }),
  pick: async ({ purpose, title, extensions, suggestedName }) => {
    const filters: FileFilter[] = extensions.length > 0 ? [{ name: title, extensions }] : []
    const parent = window()
    if (purpose === 'save-file') {
      const defaultPath = suggestedName ?? undefined
      const options = {
        title,
        filters,
        ...(defaultPath && { defaultPath: join(app.getPath('documents'), defaultPath) }),
      }
      const { canceled, filePath } = await (parent
        ? dialog.showSaveDialog(parent, options)
        : dialog.showSaveDialog(options))
      return canceled || !filePath ? null : filePath
    }
    const kind = purpose === 'open-file' ? ('openFile' as const) : ('openDirectory' as const)
    const properties = purpose === 'save-folder' ? [kind, 'createDirectory' as const] : [kind]
    const options = { title, filters, properties }
    const { canceled, filePaths } = await (parent
      ? dialog.showOpenDialog(parent, options)
      : dialog.showOpenDialog(options))
    return canceled ? null : (filePaths[0] ?? null)
  },
  listFolder: ({ folder }) => listFolder(folder),
  createFolder: ({ folder }) => createFolder(folder),
  reveal: ({ path }) => {
    shell.showItemInFolder(path)
    return true
  },
  commands: (_input, { signal }) => commands.follow(signal),
})
