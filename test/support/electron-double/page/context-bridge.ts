// Put into the page as text, in the main world and in the preload's; it imports types only.

/** A value on its way between the worlds: plain (`v`), function, promise, error, array or object. */
type BridgeWord =
  | readonly ['v', unknown]
  | readonly ['f' | 'p', number]
  | readonly ['e', string]
  | readonly ['a', readonly BridgeWord[]]
  | readonly ['o', readonly (readonly [string, BridgeWord])[]]

type BridgeMessage =
  | { readonly kind: 'call'; readonly id: number; readonly args: readonly BridgeWord[] }
  | { readonly kind: 'expose'; readonly key: string; readonly value: BridgeWord }
  | { readonly kind: 'settle'; readonly id: number; readonly ok: boolean; readonly value: BridgeWord }
  | { readonly kind: 'returned'; readonly value: BridgeWord }
  | { readonly kind: 'threw'; readonly message: string }

type AnyFunction = (...args: unknown[]) => unknown
interface Settler {
  resolve(value: unknown): void
  reject(reason: unknown): void
}

const deepestNesting = 1000

/**
 * One end of the contextBridge between a page's main world and the preload's isolated world. The worlds share only the
 * DOM: Chromium clones a CustomEvent's detail, synchronously, when the other world reads it.
 */
export class BridgeEnd {
  private readonly peer: string
  private readonly addressOut: (text: string) => string
  private readonly addressIn: (text: string) => string
  private readonly shared: AnyFunction[] = []
  private readonly waiting = new Map<number, Settler>()
  private promises = 0
  private reply: BridgeMessage | null = null

  /** The address functions translate whole strings that leave and enter this world. */
  constructor(
    own: string,
    peer: string,
    addresses: { out: (text: string) => string; in: (text: string) => string } = { out: String, in: String },
  ) {
    this.peer = peer
    this.addressOut = addresses.out
    this.addressIn = addresses.in
    document.addEventListener(`electron-double-${own}`, (event) => {
      this.receive((event as CustomEvent<BridgeMessage>).detail)
    })
  }

  expose(key: string, api: unknown): void {
    this.ask({ kind: 'expose', key, value: this.wrap(api) })
  }

  private emit(message: BridgeMessage): void {
    document.dispatchEvent(new CustomEvent(`electron-double-${this.peer}`, { detail: message }))
  }

  private ask(message: BridgeMessage): unknown {
    this.emit(message)
    const { reply } = this
    if (reply?.kind === 'threw') throw new Error(reply.message)
    return reply?.kind === 'returned' ? this.unwrap(reply.value) : undefined
  }

  private receive(message: BridgeMessage): void {
    if (message.kind === 'returned' || message.kind === 'threw') {
      this.reply = message
    } else if (message.kind === 'settle') {
      const settler = this.waiting.get(message.id)
      this.waiting.delete(message.id)
      const value = this.unwrap(message.value)
      if (message.ok) settler?.resolve(value)
      else settler?.reject(value)
    } else {
      this.emit(this.answer(message))
    }
  }

  private answer(message: Extract<BridgeMessage, { kind: 'call' | 'expose' }>): BridgeMessage {
    try {
      if (message.kind === 'call') {
        const value = this.shared[message.id]!(...message.args.map((word) => this.unwrap(word)))
        return { kind: 'returned', value: this.wrap(value) }
      }
      if (message.key in window)
        throw new Error('Cannot bind an API on top of an existing property on the window object')
      Object.defineProperty(window, message.key, { value: deepFreeze(this.unwrap(message.value)), enumerable: true })
      return { kind: 'returned', value: ['v', undefined] }
    } catch (error) {
      return { kind: 'threw', message: error instanceof Error ? error.message : String(error) }
    }
  }

  private wrap(value: unknown, depth = 0): BridgeWord {
    if (depth > deepestNesting) {
      throw new TypeError(
        'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
      )
    }
    if (typeof value === 'function') return ['f', this.share(value as AnyFunction)]
    if (typeof value === 'symbol') return ['v', undefined]
    if (typeof value === 'string') return ['v', this.addressOut(value)]
    if (value === null || typeof value !== 'object') return ['v', value]
    // V8 knows every proxy, so Electron refuses them all; page script can only tell Vue's.
    if ('__v_raw' in value && value.__v_raw) throw new Error('An object could not be cloned.')
    if (value instanceof Promise) return ['p', this.promise(value)]
    if (value instanceof Error) return ['e', String(value.message)]
    if (Array.isArray(value)) return ['a', value.map((one) => this.wrap(one, depth + 1))]
    if (Object.prototype.toString.call(value) === '[object Object]') {
      return ['o', Object.entries(value).map(([key, one]) => [key, this.wrap(one, depth + 1)] as const)]
    }
    try {
      structuredClone(value)
    } catch {
      throw new Error('An object could not be cloned.')
    }
    return ['v', value]
  }

  private unwrap(word: BridgeWord): unknown {
    const [tag, content] = word
    if (tag === 'f') {
      return (...args: unknown[]) => this.ask({ kind: 'call', id: content, args: args.map((one) => this.wrap(one)) })
    }
    if (tag === 'p') return new Promise((resolve, reject) => this.waiting.set(content, { resolve, reject }))
    if (tag === 'e') return new Error(content)
    if (tag === 'a') return content.map((one) => this.unwrap(one))
    if (tag === 'o') return Object.fromEntries(content.map(([key, one]) => [key, this.unwrap(one)]))
    return typeof content === 'string' ? this.addressIn(content) : content
  }

  private share(shared: AnyFunction): number {
    const known = this.shared.indexOf(shared)
    return known >= 0 ? known : this.shared.push(shared) - 1
  }

  private promise(promise: Promise<unknown>): number {
    this.promises += 1
    const id = this.promises
    const settle = (ok: boolean) => (result: unknown) => {
      try {
        this.emit({ kind: 'settle', id, ok, value: this.wrap(result) })
      } catch (error) {
        this.emit({ kind: 'settle', id, ok: false, value: this.wrap(error) })
      }
    }
    promise.then(settle(true), settle(false))
    return id
  }
}

function deepFreeze(value: unknown): unknown {
  const freezable = value !== null && (typeof value === 'object' || typeof value === 'function')
  if (freezable && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) deepFreeze(one)
  }
  return value
}
