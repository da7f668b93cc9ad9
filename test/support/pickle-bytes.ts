import { opcode } from '#main/codecs/pickle/opcodes.ts'

export type Part = number | string | Uint8Array | readonly Part[]

/** Bytes of a pickle written by hand: numbers are bytes, strings are latin-1 text, lists are spliced in. */
export function pickleBytes(...parts: readonly Part[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map(bytesOf)))
}

function bytesOf(part: Part): Uint8Array {
  if (typeof part === 'number') return Uint8Array.of(part)
  if (typeof part === 'string') return Buffer.from(part, 'latin1')
  return part instanceof Uint8Array ? part : Buffer.concat(part.map(bytesOf))
}

export const protocol = (version: number): Part => [opcode.PROTO, version]

export const text = (value: string): Part => [opcode.SHORT_BINUNICODE, value.length, value]

export const bytes = (value: string): Part => [opcode.SHORT_BINBYTES, value.length, value]

export const global = (module: string, name: string): Part => [text(module), text(name), opcode.STACK_GLOBAL]

/** `callable(*args)` with one argument, or none. */
export const call = (callable: Part, ...args: readonly Part[]): Part => [
  callable,
  opcode.MARK,
  args,
  opcode.TUPLE,
  opcode.REDUCE,
]

/** An integer as Python's LONG1. */
export function long(value: bigint): Part {
  const payload: number[] = []
  for (let rest = value; rest > 0n; rest >>= 8n) payload.push(Number(rest & 0xffn))
  return [opcode.LONG1, payload.length + 1, ...payload, 0]
}

/** `numpy.dtype(code)`. */
export const dtype = (code: string): Part => call(global('numpy', 'dtype'), text(code), opcode.NEWFALSE, opcode.NEWTRUE)

/** A numpy array as `_reconstruct` and its state. */
export const array = (code: string, shape: Part, content: Part, order: Part = opcode.NEWFALSE): Part => [
  call(
    global('numpy.core.multiarray', '_reconstruct'),
    global('numpy', 'ndarray'),
    [opcode.BININT1, 0, opcode.TUPLE1],
    bytes('b'),
  ),
  [opcode.MARK, opcode.BININT1, 1, shape, dtype(code), order, content, opcode.TUPLE, opcode.BUILD],
]

/** A shape of small dimensions. */
export const shape = (...dimensions: readonly Part[]): Part => [opcode.MARK, dimensions, opcode.TUPLE]

export const small = (value: number): Part => [opcode.BININT1, value]
