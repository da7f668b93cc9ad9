// Put into the preload's world as text, after codec.ts; it imports types only beside that.
import { decode, encode } from '../codec.ts'
import type { FromWorld, ToWorld } from '../wire-messages.ts'

type ChannelListener = (event: unknown, ...args: unknown[]) => void
interface Answer {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** `ipcRenderer`, and the page's ends of the ports that main sends. */
export class IpcRendererDouble implements Pick<Electron.IpcRenderer, 'send' | 'invoke' | 'postMessage'> {
  private readonly tell: (message: FromWorld) => void
  private readonly listeners = new Map<string, ChannelListener[]>()
  private readonly answers = new Map<number, Answer>()
  private readonly ports = new Map<number, MessagePort>()
  private last = 0

  constructor(tell: (message: FromWorld) => void) {
    this.tell = tell
  }

  on(channel: string, listener: ChannelListener): this {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener])
    return this
  }

  once(channel: string, listener: ChannelListener): this {
    const only: ChannelListener = (event, ...args) => {
      this.off(channel, only)
      listener(event, ...args)
    }
    return this.on(channel, only)
  }

  off(channel: string, listener: ChannelListener): this {
    const left = (this.listeners.get(channel) ?? []).filter((one) => one !== listener)
    this.listeners.set(channel, left)
    return this
  }

  removeListener(channel: string, listener: ChannelListener): this {
    return this.off(channel, listener)
  }

  removeAllListeners(channel: string): this {
    this.listeners.delete(channel)
    return this
  }

  send(channel: string, ...args: unknown[]): void {
    this.tell({ kind: 'send', channel, data: encode(args) })
  }

  invoke(channel: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const data = encode(args)
      const id = this.nextId()
      this.answers.set(id, { resolve, reject })
      this.tell({ kind: 'invoke', id, channel, data })
    })
  }

  postMessage(channel: string, message: unknown, transfer: MessagePort[] = []): void {
    // Main numbers its ports upwards, the page downwards.
    const ports = transfer.map((port) => this.adopt(-this.nextId(), port))
    this.tell({ kind: 'post', channel, data: encode(message), ports })
  }

  receive(message: ToWorld): void {
    if (message.kind === 'reply') this.takeAnswer(message.id)?.resolve(decode(message.data))
    else if (message.kind === 'reply-error') {
      const sentence = `Error invoking remote method '${message.channel}': ${message.error}`
      this.takeAnswer(message.id)?.reject(new Error(sentence))
    } else if (message.kind === 'message') this.announce(message)
    else if (message.kind === 'port') this.ports.get(message.id)?.postMessage(decode(message.data))
    else if (message.kind === 'port-close') this.ports.get(message.id)?.close()
  }

  private announce({ channel, data, ports }: Extract<ToWorld, { kind: 'message' }>): void {
    const given = ports.map((id) => {
      const { port1, port2 } = new MessageChannel()
      this.adopt(id, port1)
      return port2
    })
    const args = decode(data) as unknown[]
    for (const listener of this.listeners.get(channel) ?? []) listener({ sender: this, ports: given }, ...args)
  }

  private adopt(id: number, port: MessagePort): number {
    this.ports.set(id, port)
    port.onmessage = (event: MessageEvent<unknown>) => this.tell({ kind: 'port', id, data: encode(event.data) })
    port.addEventListener('close', () => this.tell({ kind: 'port-close', id }))
    return id
  }

  private takeAnswer(id: number): Answer | undefined {
    const answer = this.answers.get(id)
    this.answers.delete(id)
    return answer
  }

  private nextId(): number {
    this.last += 1
    return this.last
  }
}
