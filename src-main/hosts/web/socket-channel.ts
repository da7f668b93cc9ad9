import { Packr } from 'msgpackr'
import type { WebSocket } from 'ws'
import type { Channel } from '#shared/rpc/types.ts'

const packr = new Packr({ useRecords: false, moreTypes: true })

/** A WebSocket as a channel: one binary message each, packed so that typed arrays stay typed arrays. */
export function socketChannel(socket: WebSocket): Channel {
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(packr.pack(message))
    },
    onMessage: (listener) =>
      void socket.on('message', (data: Buffer) => {
        let message: unknown
        try {
          message = packr.unpack(data)
        } catch {
          return socket.close(1007, 'not a packed message')
        }
        listener(message)
      }),
    onClose: (listener) => void socket.once('close', listener),
  }
}
