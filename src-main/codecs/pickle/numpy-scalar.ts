import { swapByteOrder, viewElements } from '../elements/element-type.ts'
import { elementsToFloat32 } from '../elements/to-float.ts'
import { decodeBytes, decodeUnicode } from './numpy-text.ts'
import { numberDtype, NumpyDtype } from './numpy-dtype.ts'
import { PickleExtension } from './values.ts'

export type NumpyScalarValue = number | bigint | boolean | string | Uint8Array

/** A numpy scalar (`numpy.int64(3)`): its dtype and raw bytes. */
export class NumpyScalar extends PickleExtension {
  readonly dtype: NumpyDtype
  readonly bytes: Uint8Array

  constructor(dtype: NumpyDtype, bytes: Uint8Array) {
    super()
    this.dtype = dtype
    this.bytes = bytes
  }

  static int64(value: number | bigint): NumpyScalar {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true)
    return new NumpyScalar(int64, bytes)
  }

  static float64(value: number): NumpyScalar {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setFloat64(0, value, true)
    return new NumpyScalar(float64, bytes)
  }

  /** number, or bigint for integers beyond 2^53. */
  get value(): NumpyScalarValue {
    const { type, itemBytes, byteOrder } = this.dtype
    if (type === 'bytes') return decodeBytes(this.bytes, itemBytes, 1)[0]!
    if (type === 'unicode') return decodeUnicode(this.bytes, itemBytes, byteOrder, 1)[0]!
    if (type === 'object') return 0 // the reader refuses object scalars
    const elements = viewElements(type, byteOrder === 'big' ? swapByteOrder(this.bytes, itemBytes) : this.bytes)
    if (type === 'float16') return elementsToFloat32(type, elements)[0]!
    const element = elements[0]!
    if (type === 'bool') return element !== 0
    return typeof element === 'bigint' && isSafe(element) ? Number(element) : element
  }
}

const int64 = numberDtype('int64')
const float64 = numberDtype('float64')

const isSafe = (value: bigint): boolean => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
