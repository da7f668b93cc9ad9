/**
 * Structured clone as text, for a wire that only takes strings. The platform's own `structuredClone` decides what may
 * pass and what is dropped; this writes its result down, shared references and cycles included. The file imports nothing:
 * its text is also put into the page.
 */
type Word = null | string | number | boolean | { readonly special: string } | { readonly node: number }
type NodeWords = readonly [tag: string, ...parts: unknown[]]

const viewNames: readonly string[] = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
]
const uncloneable = (): Error => new Error('An object could not be cloned.')

/** Throws what Electron's IPC throws for functions, symbols, files and other things that cannot cross. */
export function encode(value: unknown): string {
  let clone: unknown
  try {
    clone = structuredClone(value)
  } catch {
    throw uncloneable()
  }
  const nodes: NodeWords[] = []
  const seen = new Map<object, number>()
  const put = (one: unknown): Word => {
    if (one === null || typeof one === 'string' || typeof one === 'boolean') return one
    if (typeof one !== 'object') return scalarWord(one)
    const known = seen.get(one)
    if (known !== undefined) return { node: known }
    const at = nodes.push(['']) - 1
    seen.set(one, at)
    nodes[at] = describe(one, put)
    return { node: at }
  }
  const root = put(clone)
  return JSON.stringify([root, nodes])
}

function scalarWord(value: unknown): Word {
  if (typeof value === 'bigint') return { special: `${value}n` }
  if (typeof value !== 'number') return { special: 'undefined' }
  if (Object.is(value, -0)) return { special: '-0' }
  return Number.isFinite(value) ? value : { special: String(value) }
}

function describe(value: object, put: (part: unknown) => Word): NodeWords {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'Object') return [tag, Object.entries(value).map(([key, one]) => [key, put(one)])]
  if (Array.isArray(value)) return [tag, Object.entries(value).map(([key, one]) => [key, put(one)]), value.length]
  if (value instanceof Map) return [tag, [...value].map(([key, one]) => [put(key), put(one)])]
  if (value instanceof Set) return [tag, [...value].map(put)]
  if (value instanceof Date) return [tag, put(value.getTime())]
  if (value instanceof RegExp) return [tag, value.source, value.flags]
  if (value instanceof Error) return [tag, value.name, value.message, value.stack, put(value.cause)]
  if (value instanceof ArrayBuffer) return [tag, toBase64(value)]
  // The whole buffer goes along with a view, as it does in V8.
  if (value instanceof DataView) return [tag, put(value.buffer), value.byteOffset, value.byteLength]
  if (viewNames.includes(tag)) {
    const view = value as Uint8Array
    return [tag, put(view.buffer), view.byteOffset, view.length]
  }
  throw uncloneable()
}

export function decode(text: string): unknown {
  const [root, nodes] = JSON.parse(text) as [Word, [string, ...unknown[]][]]
  const made: unknown[] = []
  const get = (word: unknown): unknown => {
    if (word === null || typeof word !== 'object') return word
    if ('special' in word) return scalarOf(String(word.special))
    const at = (word as { node: number }).node
    return at in made ? made[at] : build(nodes[at]!, get, (value) => (made[at] = value))
  }
  return get(root)
}

function scalarOf(special: string): unknown {
  if (special === 'undefined') return undefined
  return special.endsWith('n') ? BigInt(special.slice(0, -1)) : Number(special)
}

/** `keep` is told of a container before its parts are read, so that they may refer back to it. */
function build(
  [tag, ...parts]: [string, ...unknown[]],
  get: (word: unknown) => unknown,
  keep: (value: unknown) => void,
): unknown {
  const kept = <Value>(value: Value): Value => {
    keep(value)
    return value
  }
  const list = parts[0] as [unknown, unknown][]
  if (tag === 'Object' || tag === 'Array') {
    const value = kept(tag === 'Array' ? new Array<unknown>(parts[1] as number) : {})
    for (const [key, word] of list) {
      Object.defineProperty(value, key as string, {
        value: get(word),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
    return value
  }
  if (tag === 'Map') {
    const value = kept(new Map<unknown, unknown>())
    for (const [key, word] of list) value.set(get(key), get(word))
    return value
  }
  if (tag === 'Set') {
    const value = kept(new Set<unknown>())
    for (const word of parts[0] as unknown[]) value.add(get(word))
    return value
  }
  if (tag === 'Date') return kept(new Date(get(parts[0]) as number))
  if (tag === 'RegExp') return kept(new RegExp(parts[0] as string, parts[1] as string))
  if (tag === 'Error') return buildError(parts, get, kept)
  if (tag === 'ArrayBuffer') return kept(fromBase64(parts[0] as string))
  const View = (globalThis as unknown as Record<string, new (...args: unknown[]) => object>)[tag]!
  return kept(new View(get(parts[0]), parts[1], parts[2]))
}

function buildError(parts: unknown[], get: (word: unknown) => unknown, kept: (error: Error) => Error): Error {
  const [name, message, stack, causeWord] = parts as [string, string, string, unknown]
  const Constructor = (globalThis as unknown as Record<string, ErrorConstructor | undefined>)[name] ?? Error
  const error = kept(new Constructor(message))
  error.stack = stack
  const cause = get(causeWord)
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
  return error
}

// Chromium has the base64 methods of typed arrays; Node 24 does not, but has Buffer.
function toBase64(buffer: ArrayBuffer): string {
  const bytes = new Uint8Array(buffer) as Uint8Array & { toBase64?(): string }
  return bytes.toBase64?.() ?? Buffer.from(buffer).toString('base64')
}

function fromBase64(text: string): ArrayBuffer {
  const native = Uint8Array as unknown as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }
  return native.fromBase64?.(text).buffer ?? Uint8Array.from(Buffer.from(text, 'base64')).buffer
}
