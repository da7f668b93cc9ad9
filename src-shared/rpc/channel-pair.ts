import type { Channel } from './types.ts'

export interface ClosableChannel extends Channel {
  close(): void
}

/** Two joined channels in one process: the command line talks to its own workbench through them. Messages are not copied. */
export function channelPair(): readonly [ClosableChannel, ClosableChannel] {
  const listeners: [((message: unknown) => void)[], ((message: unknown) => void)[]] = [[], []]
  const closers: (() => void)[] = []
  let closed = false
  const side = (mine: 0 | 1): ClosableChannel => ({
    send: (message) => {
      queueMicrotask(() => {
        if (!closed) for (const listener of listeners[mine === 0 ? 1 : 0]) listener(message)
      })
    },
    onMessage: (listener) => void listeners[mine].push(listener),
    onClose: (listener) => void closers.push(listener),
    close: () => {
      if (closed) return
      closed = true
      for (const closer of closers) closer()
    },
  })
  return [side(0), side(1)]
}
