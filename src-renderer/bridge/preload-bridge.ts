import type { Bridge, PreloadBridge } from './bridge.ts'

/** The bridge over what Electron's preload exposes. */
export function createPreloadBridge(preload: PreloadBridge): Bridge {
  return {
    kind: 'electron',
    connect: () => preload.connect(),
    mediaUrl: (mediaPath) => preload.mediaUrl(mediaPath),
    pathForFile: (file) => preload.pathForFile(file) || null,
  }
}
