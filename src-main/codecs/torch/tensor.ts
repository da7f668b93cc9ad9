import { elementBytes, swapByteOrder, viewElements } from '../elements/element-type.ts'
import type { ElementArray, ElementType } from '../elements/element-type.ts'
import { eachStrided, elementCount, isRowMajor } from '../elements/row-major.ts'
import { elementsToFloat32, elementsToFloat64 } from '../elements/to-float.ts'
import { PickleExtension } from '../pickle/values.ts'
import type { TorchStorage } from './torch-storage.ts'

export interface FileRange {
  readonly offset: number
  readonly length: number
}

/** A tensor of a checkpoint: a strided view of a storage, whose bytes are read when they are asked for. */
export class Tensor extends PickleExtension {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  /** In elements. */
  readonly strides: readonly number[]
  /** In elements. */
  readonly storageOffset: number
  readonly storage: TorchStorage

  constructor(
    storage: TorchStorage,
    dtype: ElementType,
    layout: { shape: readonly number[]; strides: readonly number[]; storageOffset: number },
  ) {
    super()
    this.storage = storage
    this.dtype = dtype
    this.shape = layout.shape
    this.strides = layout.strides
    this.storageOffset = layout.storageOffset
  }

  get length(): number {
    return elementCount(this.shape)
  }

  /** Elements in row-major order (float16 and bfloat16 as raw bits); reads the storage, a view of it where it can be one. */
  get data(): ElementArray {
    const { bigEndian } = this.storage
    const itemBytes = elementBytes(this.dtype)
    if (this.length === 0) return viewElements(this.dtype, new Uint8Array(0))
    const stored = this.storage.read()
    const contiguous = isRowMajor(this.shape, this.strides)
    const start = contiguous ? this.storageOffset * itemBytes : 0
    const end = contiguous ? start + this.length * itemBytes : stored.byteLength - (stored.byteLength % itemBytes)
    const bytes = stored.subarray(start, end)
    const elements = viewElements(this.dtype, bigEndian ? swapByteOrder(bytes, itemBytes) : bytes)
    return contiguous ? elements : this.#gather(elements)
  }

  toFloat32(): Float32Array {
    return elementsToFloat32(this.dtype, this.data)
  }

  toFloat64(): Float64Array {
    return elementsToFloat64(this.dtype, this.data)
  }

  /** Where the elements lie in the file, little-endian and row-major; null where they do not lie there like that. */
  get fileRange(): FileRange | null {
    const start = isRowMajor(this.shape, this.strides) ? this.storage.fileOffset : null
    if (start === null) return null
    const itemBytes = elementBytes(this.dtype)
    return { offset: start + this.storageOffset * itemBytes, length: this.length * itemBytes }
  }

  #gather(stored: ElementArray): ElementArray {
    const gathered = viewElements(this.dtype, new Uint8Array(this.length * elementBytes(this.dtype)))
    const from: { readonly [index: number]: number | bigint } = stored
    const into: { [index: number]: number | bigint } = gathered
    eachStrided(this.shape, this.strides, this.storageOffset, (target, source) => {
      into[target] = from[source]!
    })
    return gathered
  }
}
