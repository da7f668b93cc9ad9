import { Buffer } from 'node:buffer'
import { elementCount } from '../elements/row-major.ts'
import type { NdArray } from './nd-array.ts'
import { hasByteOrder, NumpyDtype, parseDtype } from './numpy-dtype.ts'
import { malformed, pickleError } from './pickle-error.ts'
import type { PickleContext } from './pickle-error.ts'
import { PickleByteArray, PickleTuple } from './values.ts'
import type { PickleValue } from './values.ts'

/** numpy's own limit. */
const mostDimensions = 64

/** `dtype(descriptor, align, copy)`. */
export function makeDtype(args: readonly PickleValue[], context: PickleContext): NumpyDtype {
  const [descriptor] = args
  if (typeof descriptor !== 'string') throw malformed(context, 'a dtype has no descriptor')
  const dtype = parseDtype(descriptor)
  if (!dtype) throw unsupportedDtype(context, descriptor)
  return dtype
}

function unsupportedDtype(context: PickleContext, dtype: string) {
  return pickleError(
    context,
    'dtype-unsupported',
    `a numpy dtype "${dtype.slice(0, 40)}" was found; only numbers, booleans, text, bytes and objects are read (no complex, date or structured types), so convert it first`,
    { dtype: dtype.slice(0, 40) },
  )
}

/** dtype.__setstate__: (version, byte order, subarray, names, fields, item bytes, alignment, flags, …). */
export function buildDtype(dtype: NumpyDtype, state: PickleValue, context: PickleContext): void {
  if (!(state instanceof PickleTuple)) throw malformed(context, 'a dtype has no state')
  const [, order, subarray, names, fields] = state.items
  if (subarray || names || fields) throw unsupportedDtype(context, `${dtype.code} with fields`)
  if (order !== '<' && order !== '>' && order !== '|' && order !== '=') {
    throw malformed(context, 'a dtype has no byte order')
  }
  if (hasByteOrder(dtype.type, dtype.itemBytes)) dtype.byteOrder = order === '>' ? 'big' : 'little'
}

/** ndarray.__setstate__: (version, shape, dtype, is Fortran order, bytes or list of objects). */
export function buildArray(array: NdArray, state: PickleValue, context: PickleContext): void {
  if (!(state instanceof PickleTuple)) throw malformed(context, 'a numpy array has no state')
  const { items } = state
  const [shape, dtype, fortranOrder, content] = items.length === 5 ? items.slice(1) : items
  if (typeof fortranOrder !== 'boolean' && fortranOrder !== 0 && fortranOrder !== 1) {
    throw malformed(context, 'a numpy array does not say its order')
  }
  fillArray(array, { shape, dtype, fortranOrder: Boolean(fortranOrder), content }, context)
}

interface ArrayState {
  readonly shape: PickleValue | undefined
  readonly dtype: PickleValue | undefined
  readonly fortranOrder: boolean
  readonly content: PickleValue | undefined
}

/** Checks shape × item size against the bytes at hand; nothing is allocated by what a file claims. */
export function fillArray(array: NdArray, state: ArrayState, context: PickleContext): void {
  const shape = readShape(state.shape, context)
  if (!(state.dtype instanceof NumpyDtype)) throw malformed(context, 'a numpy array has no dtype')
  const { dtype } = state
  array.shape = shape
  array.dtype = dtype
  array.fortranOrder = state.fortranOrder
  if (dtype.type === 'object') {
    if (!Array.isArray(state.content)) throw malformed(context, 'an object array has no list of objects')
    checkCount(shape, state.content.length, 1, context)
    array.items = state.content
    return
  }
  const bytes = contentBytes(state.content)
  if (!bytes) throw malformed(context, 'a numpy array has no bytes')
  checkCount(shape, bytes.byteLength, dtype.itemBytes, context)
  array.bytes = bytes
}

/** The tuple's own items where they are numbers, which they nearly always are: arrays of one shape then share it. */
function readShape(value: PickleValue | undefined, context: PickleContext): readonly number[] {
  if (!(value instanceof PickleTuple) || value.items.length > mostDimensions) {
    throw malformed(context, 'a numpy array has no shape')
  }
  const { items } = value
  if (areLengths(items)) return items
  return items.map((dimension) => {
    if (typeof dimension === 'number' && dimension >= 0) return dimension
    if (typeof dimension === 'bigint' && dimension >= 0n) return Number(dimension)
    throw malformed(context, 'a numpy array has a dimension that is no length')
  })
}

function areLengths(items: readonly PickleValue[]): items is readonly number[] {
  for (const item of items) if (typeof item !== 'number' || item < 0) return false
  return true
}

function checkCount(shape: readonly number[], available: number, itemBytes: number, context: PickleContext): void {
  const count = elementCount(shape)
  if (count * itemBytes === available && (itemBytes > 0 || count === 0)) return
  throw pickleError(
    context,
    'shape-mismatch',
    `a numpy array of shape (${shape.join(', ')}) with ${itemBytes} bytes per element does not fit its ${available} bytes`,
    { shape: shape.map(String), available },
  )
}

/** Python 2 and protocols below 3 keep bytes as text with one character per byte. */
export function contentBytes(value: PickleValue | undefined): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  if (value instanceof PickleByteArray) return value.bytes
  if (typeof value === 'string') return latin1Bytes(value)
  return null
}

/** Null where a character does not fit into a byte. */
export function latin1Bytes(text: string): Uint8Array | null {
  return /[^\0-\xff]/.test(text) ? null : new Uint8Array(Buffer.from(text, 'latin1'))
}
