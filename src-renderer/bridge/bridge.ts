import type { Channel } from '#shared/rpc/types.ts'
import { createPreloadBridge } from './preload-bridge.ts'
import { createWebBridge } from './web-bridge.ts'

/** The page's only way to the outside: messages, image addresses and the paths of dropped files. */
export interface Bridge {
  readonly kind: 'electron' | 'web'
  /** Opens a new channel to the workbench; rejects where there is nobody to talk to. Called again after a loss. */
  connect(): Promise<Channel>
  /** The address of an image or report, from one of contract's media paths. */
  mediaUrl(mediaPath: string): string
  /** Where a dropped file lies on disk, or null where the host may not know (a browser). */
  pathForFile(file: File): string | null
}

/** What the sandboxed preload exposes as `window.lectern`. */
export interface PreloadBridge {
  connect(): Promise<Channel>
  pathForFile(file: File): string
  mediaUrl(mediaPath: string): string
}

declare global {
  interface Window {
    /** Exposed by the preload in Electron; absent in a browser. */
    readonly lectern?: PreloadBridge
  }
}

/** The bridge of the host that this page runs in. */
export function createBridge(page: Window): Bridge {
  return page.lectern ? createPreloadBridge(page.lectern) : createWebBridge(page)
}
