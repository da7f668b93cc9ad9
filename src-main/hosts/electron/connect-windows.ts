import { ipcMain, MessageChannelMain } from 'electron'
import type { IpcMainInvokeEvent, MessagePortMain } from 'electron'
import { contract, type LecternContract } from '#shared/contract/contract.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Channel, Handlers } from '#shared/rpc/types.ts'
import { origin } from './protocol.ts'

/** Gives every page of ours that asks a message port of its own, and nobody else. */
export function connectWindows(handlers: Handlers<LecternContract>): void {
  ipcMain.handle('lectern:connect', (event) => {
    const frame = trustedFrame(event)
    const { port1, port2 } = new MessageChannelMain()
    serve(contract, handlers, portChannel(port1))
    frame.postMessage('lectern:port', null, [port2])
  })
}

function trustedFrame(event: IpcMainInvokeEvent) {
  const frame = event.senderFrame
  const url = frame && !frame.parent ? new URL(frame.url) : null
  if (!frame || !url || `${url.protocol}//${url.host}` !== origin) {
    throw new Error(`refused: ${frame?.url ?? 'no frame'}`)
  }
  return frame
}

function portChannel(port: MessagePortMain): Channel {
  const listeners: ((message: unknown) => void)[] = []
  port.on('message', (event) => {
    for (const listener of listeners) listener(event.data)
  })
  port.start()
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void listeners.push(listener),
    onClose: (listener) => void port.once('close', listener),
  }
}
