import { Packr } from 'msgpackr'
import { AppError } from '#shared/contract/app-error.ts'
import type { Channel } from '#shared/rpc/types.ts'

/** Typed arrays and dates cross the socket as themselves; the same options as the local host's. */
const packr = new Packr({ useRecords: false, moreTypes: true })

/** Opens a WebSocket as a channel of whole messages. Fails with `rpc.unreachable` where nobody answers. */
export function openWebSocket(address: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => resolve(channelOf(socket)), { once: true })
    socket.addEventListener('error', () => reject(unreachable()), { once: true })
    socket.addEventListener('close', () => reject(unreachable()), { once: true })
  })
}

function channelOf(socket: WebSocket): Channel {
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(packr.pack(message)))
    },
    onMessage: (listener) => {
      socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
        listener(packr.unpack(new Uint8Array(event.data)))
      })
    },
    onClose: (listener) => {
      if (socket.readyState >= WebSocket.CLOSING) listener()
      else socket.addEventListener('close', () => listener(), { once: true })
    },
  }
}

const unreachable = () =>
  new AppError(
    'rpc.unreachable',
    'Lectern does not answer. Check that it still runs; the page connects by itself when it does.',
  )
