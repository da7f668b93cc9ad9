// Put into the preload's world as text, after context-bridge.ts and ipc-renderer.ts.
import type { FromWorld, FromWorldWire, ToWorld } from '../wire-messages.ts'
import type { BridgeEnd } from './context-bridge.ts'
import { IpcRendererDouble } from './ipc-renderer.ts'

interface WorldGlobals {
  electronDoubleTell(text: string): void
  electronDoubleDeliver?(batch: readonly ToWorld[]): void
}
type PreloadScript = (require: unknown, process: unknown, exports: object, module: object) => void

/** Runs the preload script as a sandboxed renderer does: `require` knows electron only, `process` is a bare few facts. */
export function runSandboxedPreload(bridge: BridgeEnd, preload: PreloadScript, process: object): void {
  const world = globalThis as unknown as WorldGlobals
  const tell = (message: FromWorld): void =>
    world.electronDoubleTell(JSON.stringify({ ...message, url: location.href } satisfies FromWorldWire))
  const ipcRenderer = new IpcRendererDouble(tell)
  const paths = new Map<string, string>()

  world.electronDoubleDeliver = (batch) => {
    for (const message of batch) {
      if (message.kind === 'paths') for (const [key, path] of message.entries) paths.set(key, path)
      else ipcRenderer.receive(message)
    }
  }
  window.addEventListener('contextmenu', (event) => {
    if (event.defaultPrevented) return
    const target = event.target as HTMLElement
    const isEditable = target.isContentEditable || target.matches('input, textarea')
    tell({ kind: 'context-menu', isEditable, selectionText: String(getSelection() ?? '') })
  })
  // A full Chromium would ask "open xdg-open?" in a dialog that swallows all input.
  window.navigation.addEventListener('navigate', (event) => {
    if (/^(https?|file|about|blob|data):/.test(event.destination.url)) return
    event.preventDefault()
    tell({ kind: 'navigate', to: event.destination.url })
  })

  const electron = {
    contextBridge: { exposeInMainWorld: (key: string, api: unknown) => bridge.expose(key, api) },
    ipcRenderer,
    webUtils: {
      getPathForFile: (file: unknown) => {
        if (!(file instanceof File)) throw new TypeError('getPathForFile: not a File')
        return paths.get(`${file.name}|${file.size}|${file.lastModified}`) ?? ''
      },
    },
  }
  const require = (id: string): unknown => {
    if (id === 'electron' || id === 'electron/renderer') return electron
    throw new Error(`module not found: ${id}`)
  }
  const exports = {}
  try {
    preload(require, process, exports, { exports })
  } catch (error) {
    tell({ kind: 'preload-error', error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
