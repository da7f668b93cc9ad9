import { BrowserWindow, Menu, shell } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { join } from 'node:path'
import type { MenuLabels } from './menu-labels.ts'
import { origin } from './protocol.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

export interface WindowParts {
  readonly stateFile: string
  /** Asked at every context menu: the language may change while the window is open. */
  readonly labels: () => MenuLabels
}

/** Opens the one window: sandboxed, isolated, on our own page only; links of the web go to the browser. */
export function openWindow({ stateFile, labels }: WindowParts): BrowserWindow {
  const state = readWindowState(stateFile)
  const { x, y, width, height } = state.bounds
  const window = new BrowserWindow({
    width,
    height,
    ...(x !== undefined && y !== undefined && { x, y }),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Lectern',
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  })
  if (state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () =>
    writeWindowState(stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
  )
  const contents = window.webContents
  contents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${origin}/`)) event.preventDefault()
  })
  contents.on('context-menu', (_event, { isEditable, selectionText }) => {
    const items = textItems(labels(), isEditable, selectionText !== '')
    if (items.length > 0) Menu.buildFromTemplate(items).popup({ window })
  })
  void window.loadURL(`${origin}/index.html`)
  return window
}

function textItems(labels: MenuLabels, isEditable: boolean, isSelected: boolean): MenuItemConstructorOptions[] {
  const copy = { role: 'copy', label: labels.copy } as const
  if (!isEditable) return isSelected ? [copy] : []
  return [
    { role: 'cut', label: labels.cut },
    copy,
    { role: 'paste', label: labels.paste },
    { role: 'selectAll', label: labels.selectText },
  ]
}
