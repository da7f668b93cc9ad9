import type { Channel } from '#shared/rpc/types.ts'

/** What Electron's utility process has in place of `process.send`. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  postMessage(message: unknown): void
}

/**
 * The channel to the process that forked this one: Electron's `process.parentPort` where there is one, else Node's IPC.
 * A utility process has no close event: Electron ends it together with its parent.
 */
export function parentChannel(process: NodeJS.Process): Channel {
  const port = (process as { readonly parentPort?: ParentPort }).parentPort
  if (port) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', ({ data }) => listener(data)),
      onClose: () => undefined,
    }
  }
  if (!process.send) throw new Error('the compute process must be forked by Lectern: there is nobody to talk to')
  return {
    send: (message) => void (process.connected && process.send?.(message)),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  }
}
