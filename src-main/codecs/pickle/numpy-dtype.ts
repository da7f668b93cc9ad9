import { elementBytes } from '../elements/element-type.ts'
import type { ElementType } from '../elements/element-type.ts'
import { PickleExtension } from './values.ts'

/** Kinds that are no numbers: fixed-width byte strings (`S`), fixed-width UCS-4 text (`U`), Python objects (`O`). */
export type NumpyType = Exclude<ElementType, 'bfloat16'> | 'bytes' | 'unicode' | 'object'

export type ByteOrder = 'little' | 'big' | 'none'

const typesByCode: ReadonlyMap<string, Exclude<ElementType, 'bfloat16'>> = new Map([
  ['b1', 'bool'],
  ['?', 'bool'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
])

const codesByType: ReadonlyMap<NumpyType, string> = new Map(
  [...typesByCode].filter(([code]) => code !== '?').map(([code, type]) => [type, code]),
)

/** A numpy dtype. `byteOrder` is `none` where one byte makes an element. */
export class NumpyDtype extends PickleExtension {
  readonly type: NumpyType
  readonly itemBytes: number
  /** Set once more by the pickle reader: the byte order arrives after the type's code. */
  byteOrder: ByteOrder

  constructor(type: NumpyType, itemBytes: number, byteOrder: ByteOrder = 'little') {
    super()
    this.type = type
    this.itemBytes = itemBytes
    this.byteOrder = hasByteOrder(type, itemBytes) ? byteOrder : 'none'
  }

  /** numpy's own code without the byte order: `f4`, `S12`, `U5`, `O8`. */
  get code(): string {
    if (this.type === 'bytes') return `S${this.itemBytes}`
    if (this.type === 'unicode') return `U${this.itemBytes / 4}`
    if (this.type === 'object') return 'O8'
    return codesByType.get(this.type)!
  }

  /** `<f4`, `>i8`, `|b1`: what `numpy.dtype(...)` takes. */
  get descriptor(): string {
    return `${this.byteOrder === 'none' ? '|' : this.byteOrder === 'big' ? '>' : '<'}${this.code}`
  }
}

export const hasByteOrder = (type: NumpyType, itemBytes: number): boolean =>
  type !== 'bytes' && type !== 'object' && (type === 'unicode' || itemBytes > 1)

export const isElementType = (type: NumpyType): type is Exclude<ElementType, 'bfloat16'> =>
  type !== 'bytes' && type !== 'unicode' && type !== 'object'

/** A dtype of numbers in little-endian order. */
export function numberDtype(type: Exclude<ElementType, 'bfloat16'>, byteOrder: ByteOrder = 'little'): NumpyDtype {
  return new NumpyDtype(type, elementBytes(type), byteOrder)
}

/**
 * The dtype of a descriptor as numpy writes it (`f4`, `<f4`, `|S5`, `U5`, `O8`);
 * null for complex, structured, date and extended types.
 */
export function parseDtype(descriptor: string): NumpyDtype | null {
  const match = /^([<>|=]?)([a-zA-Z?])(\d{0,9})$/.exec(descriptor)
  if (!match) return null
  const [, order = '', kind = '', width = ''] = match
  const byteOrder: ByteOrder = order === '>' ? 'big' : 'little'
  if (kind === 'O') return new NumpyDtype('object', 8)
  if (kind === 'S') return new NumpyDtype('bytes', Number(width))
  if (kind === 'U') return new NumpyDtype('unicode', Number(width) * 4, byteOrder)
  const type = typesByCode.get(kind + width)
  return type ? numberDtype(type, byteOrder) : null
}
