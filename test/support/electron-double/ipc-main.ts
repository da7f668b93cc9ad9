import { EventEmitter } from 'node:events'
import { decode, encode } from './codec.ts'

type InvokeHandler = Parameters<Electron.IpcMain['handle']>[1]
type InvokeEvent = Parameters<InvokeHandler>[0]

export class IpcMainDouble extends EventEmitter implements Pick<Electron.IpcMain, 'handle' | 'removeHandler'> {
  private readonly handlers = new Map<string, InvokeHandler>()

  handle(channel: string, listener: InvokeHandler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.handlers.set(channel, listener)
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }

  /** The handler's answer as text. An error crosses as its toString only, as Electron sends it. */
  async invoke(event: object, channel: string, data: string): Promise<{ data: string } | { error: string }> {
    try {
      const handler = this.handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      return { data: encode(await handler(event as InvokeEvent, ...(decode(data) as unknown[]))) }
    } catch (error) {
      return { error: String(error) }
    }
  }
}
