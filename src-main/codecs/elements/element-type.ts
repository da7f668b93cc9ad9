/** Number types that numpy arrays and torch tensors are made of. */
export type ElementType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'

/** Elements in the machine's (little-endian) order; `bool` as 0 and 1, `float16` and `bfloat16` as their 16 raw bits. */
export type ElementArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

interface ElementArrayConstructor {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ElementArray
}

const constructors: Readonly<Record<ElementType, ElementArrayConstructor>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
}

export const elementBytes = (type: ElementType): number => constructors[type].BYTES_PER_ELEMENT

/**
 * Little-endian bytes as typed elements: a view where the bytes are aligned, else a copy.
 * The byte length must be a multiple of the element's size (callers have checked it).
 */
export function viewElements(type: ElementType, bytes: Uint8Array): ElementArray {
  const constructor = constructors[type]
  const size = constructor.BYTES_PER_ELEMENT
  const length = bytes.byteLength / size
  if (bytes.byteOffset % size === 0) return new constructor(bytes.buffer, bytes.byteOffset, length)
  const copy = new Uint8Array(bytes) // a fresh buffer, so aligned; `slice` of a Buffer would be a view
  return new constructor(copy.buffer, 0, length)
}

/** A copy with the bytes of every `size`-byte element in the other order. */
export function swapByteOrder(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.byteLength)
  for (let start = 0; start < bytes.byteLength; start += size) {
    for (let index = 0; index < size; index += 1) swapped[start + index] = bytes[start + size - 1 - index]!
  }
  return swapped
}
