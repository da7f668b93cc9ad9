import { swapByteOrder } from '#main/codecs/elements/element-type.ts'
import type { ElementType } from '#main/codecs/elements/element-type.ts'
import { halfFromNumber } from '#main/codecs/elements/half-float.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { isElementType } from '#main/codecs/pickle/numpy-dtype.ts'
import type { NumpyDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'

/** A new value of one cell of a column: numbers for boxes and sizes, one number for a label, a string for an id. */
export type CellPatch = number | readonly number[] | string | null

type NumberSetter = (view: DataView, offset: number, value: number) => void

const setters: Readonly<Record<Exclude<ElementType, 'bfloat16'>, NumberSetter>> = {
  bool: (view, offset, value) => view.setUint8(offset, value === 0 ? 0 : 1),
  int8: (view, offset, value) => view.setInt8(offset, value),
  int16: (view, offset, value) => view.setInt16(offset, value, true),
  int32: (view, offset, value) => view.setInt32(offset, value, true),
  int64: (view, offset, value) => view.setBigInt64(offset, BigInt(Math.round(value)), true),
  uint8: (view, offset, value) => view.setUint8(offset, value),
  uint16: (view, offset, value) => view.setUint16(offset, value, true),
  uint32: (view, offset, value) => view.setUint32(offset, value, true),
  uint64: (view, offset, value) => view.setBigUint64(offset, BigInt(Math.round(value)), true),
  float16: (view, offset, value) => view.setUint16(offset, halfFromNumber(value), true),
  float32: (view, offset, value) => view.setFloat32(offset, value, true),
  float64: (view, offset, value) => view.setFloat64(offset, value, true),
}

/** Numbers as the bytes of a numeric dtype, in its byte order. */
export function encodeNumbers(dtype: NumpyDtype, values: Iterable<number>): Uint8Array {
  const { type, itemBytes } = dtype
  if (!isElementType(type)) throw new RangeError(`${dtype.descriptor} holds no numbers`)
  const numbers = [...values]
  const bytes = new Uint8Array(numbers.length * itemBytes)
  const view = new DataView(bytes.buffer)
  numbers.forEach((value, index) => setters[type](view, index * itemBytes, value))
  return dtype.byteOrder === 'big' ? swapByteOrder(bytes, itemBytes) : bytes
}

const numbersOf = (patch: CellPatch): readonly number[] | null =>
  typeof patch === 'number' ? [patch] : typeof patch === 'string' ? null : patch

/** The number as the kind of Python value that `like` is. */
function numberLike(like: PickleValue | undefined, value: number): PickleValue {
  if (like instanceof PickleFloat) return new PickleFloat(value)
  if (like instanceof NumpyScalar && isElementType(like.dtype.type))
    return new NumpyScalar(like.dtype, encodeNumbers(like.dtype, [value]))
  return value
}

/** A patch as a Python value of the kind of another cell of its column. */
export function cellLike(like: PickleValue | undefined, patch: CellPatch): PickleValue {
  const numbers = numbersOf(patch)
  if (numbers === null || patch === null) return patch as string | null
  if (like instanceof NdArray && isElementType(like.dtype.type)) {
    const shape = like.shape.length === 0 ? [] : [numbers.length]
    return new NdArray(like.dtype, shape, encodeNumbers(like.dtype, numbers))
  }
  if (Array.isArray(like)) return numbers.map((number) => numberLike(like[0], number))
  if (like instanceof PickleTuple) return new PickleTuple(numbers.map((number) => numberLike(like.items[0], number)))
  return typeof patch === 'number' ? numberLike(like, patch) : [...numbers]
}

/** What stands in a numeric array where nothing is known: NaN, or −1 where there is no NaN (0 where there is no −1). */
export function unknownNumber(dtype: NumpyDtype): number {
  if (dtype.type.startsWith('float')) return NaN
  return dtype.type.startsWith('int') ? -1 : 0
}
