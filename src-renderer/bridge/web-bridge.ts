import type { Bridge } from './bridge.ts'
import { openWebSocket } from './web-socket-channel.ts'

/** The bridge of a browser: a WebSocket and images on the page's own host, which knows the browser by its cookie. */
export function createWebBridge(page: Window): Bridge {
  return {
    kind: 'web',
    connect: () => openWebSocket(socketAddress(page.location)),
    mediaUrl: (mediaPath) => `/media/${mediaPath}`,
    pathForFile: () => null,
  }
}

export function socketAddress({ protocol, host }: Pick<Location, 'protocol' | 'host'>): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`
}
