import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { decode, encode } from './codec.ts'

/** A port of main. What lies between two ports is already text, so that a page's end can pass it on as it is. */
export class MessagePortMainDouble
  extends EventEmitter
  implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'>
{
  readonly inner: MessagePort

  constructor(inner: MessagePort) {
    super()
    this.inner = inner
    inner.once('close', () => this.emit('close'))
  }

  postMessage(message: unknown, transfer: Electron.MessagePortMain[] = []): void {
    if (transfer.length > 0) throw new Error('electron double: ports inside port messages are not doubled')
    this.inner.postMessage(encode(message))
  }

  /** Messages wait until this is called, as in Electron. */
  start(): void {
    this.inner.on('message', (text: string) => this.emit('message', { data: decode(text), ports: [] }))
  }

  close(): void {
    this.inner.close()
  }
}

export class MessageChannelMainDouble {
  readonly port1: MessagePortMainDouble
  readonly port2: MessagePortMainDouble

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new MessagePortMainDouble(port1)
    this.port2 = new MessagePortMainDouble(port2)
  }
}
