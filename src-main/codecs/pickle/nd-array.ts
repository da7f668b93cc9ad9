import { AppError } from '#shared/contract/app-error.ts'
import { swapByteOrder, viewElements } from '../elements/element-type.ts'
import type { ElementArray, ElementType } from '../elements/element-type.ts'
import { columnMajorStrides, eachStrided, elementCount } from '../elements/row-major.ts'
import { elementsToFloat32, elementsToFloat64 } from '../elements/to-float.ts'
import { decodeBytes, decodeUnicode } from './numpy-text.ts'
import { isElementType, numberDtype, NumpyDtype } from './numpy-dtype.ts'
import { PickleExtension } from './values.ts'
import type { PickleValue } from './values.ts'

const nothing = new Uint8Array(0)

/**
 * A numpy array: its bytes as the file holds them, and typed elements made from them on first use (a view where
 * alignment and byte order allow), so that a list of 100,000 arrays costs nothing until it is looked at.
 * In an object array `items` are the elements, in C order even when `fortranOrder`, and `bytes` is empty.
 */
export class NdArray extends PickleExtension {
  dtype: NumpyDtype
  shape: readonly number[]
  fortranOrder: boolean
  bytes: Uint8Array
  items: readonly PickleValue[] | null
  #data: ElementArray | null = null

  constructor(
    dtype: NumpyDtype,
    shape: readonly number[],
    bytes: Uint8Array,
    layout: { fortranOrder?: boolean; items?: readonly PickleValue[] | null } = {},
  ) {
    super()
    this.dtype = dtype
    this.shape = shape
    this.bytes = bytes
    this.fortranOrder = layout.fortranOrder ?? false
    this.items = layout.items ?? null
  }

  /** What numpy's `_reconstruct` gives before its state arrives: an int8 array of shape (0,). */
  static empty(): NdArray {
    return new NdArray(numberDtype('int8'), [0], nothing)
  }

  /** A little-endian C-order array over typed elements; shape (n,) unless given. */
  static of(
    type: Exclude<ElementType, 'bfloat16'>,
    data: ElementArray,
    shape: readonly number[] = [data.length],
  ): NdArray {
    return new NdArray(numberDtype(type), shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  get length(): number {
    return elementCount(this.shape)
  }

  /** Elements in memory order (column-major when `fortranOrder`), in the machine's byte order. */
  get data(): ElementArray {
    return (this.#data ??= readElements(this.dtype, this.bytes))
  }

  /** Elements in C order as float32; the file's own memory where it already is that. */
  toFloat32(): Float32Array {
    const values = elementsToFloat32(this.dtype.type as ElementType, this.data)
    return this.isColumnMajor ? rowMajor(this.shape, values, new Float32Array(values.length)) : values
  }

  /** Elements in C order as float64. */
  toFloat64(): Float64Array {
    const values = elementsToFloat64(this.dtype.type as ElementType, this.data)
    return this.isColumnMajor ? rowMajor(this.shape, values, new Float64Array(values.length)) : values
  }

  /** Elements in C order as plain values: number, bigint (64-bit types), boolean, string, Uint8Array, or objects. */
  toValues(): PickleValue[] {
    if (this.items) return [...this.items]
    const values = this.valuesInMemoryOrder()
    return this.isColumnMajor ? rowMajor(this.shape, values, new Array<PickleValue>(values.length)) : values
  }

  override children(): readonly PickleValue[] {
    return this.items ?? []
  }

  private valuesInMemoryOrder(): PickleValue[] {
    const { type, itemBytes, byteOrder } = this.dtype
    if (type === 'bytes') return decodeBytes(this.bytes, itemBytes, this.length)
    if (type === 'unicode') return decodeUnicode(this.bytes, itemBytes, byteOrder, this.length)
    if (type === 'bool') return Array.from<number, boolean>(this.data as Uint8Array, (element) => element !== 0)
    if (type === 'float16') return Array.from(elementsToFloat32(type, this.data))
    const { data } = this
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) return [...data]
    return Array.from<number>(data)
  }

  private get isColumnMajor(): boolean {
    return this.fortranOrder && this.shape.length > 1
  }
}

function readElements(dtype: NumpyDtype, bytes: Uint8Array): ElementArray {
  if (!isElementType(dtype.type)) {
    throw new AppError('numpy.not-numeric', `An array of ${dtype.descriptor} was given where numbers are needed.`, {
      dtype: dtype.descriptor,
    })
  }
  const native = dtype.byteOrder === 'big' ? swapByteOrder(bytes, dtype.itemBytes) : bytes
  return viewElements(dtype.type, native)
}

function rowMajor<Values extends { [index: number]: unknown }>(
  shape: readonly number[],
  columnMajor: Values,
  target: Values,
): Values {
  const into: { [index: number]: unknown } = target
  eachStrided(shape, columnMajorStrides(shape), 0, (to, from) => {
    into[to] = columnMajor[from]
  })
  return target
}
