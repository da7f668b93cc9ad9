import type { ElementType } from '../elements/element-type.ts'

/** torch's storage classes (`torch.FloatStorage`) by the type they hold. */
export const storageClasses: ReadonlyMap<string, ElementType> = new Map([
  ['BoolStorage', 'bool'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['ShortStorage', 'int16'],
  ['IntStorage', 'int32'],
  ['LongStorage', 'int64'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['FloatStorage', 'float32'],
  ['DoubleStorage', 'float64'],
])

/** Storage classes that exist but whose numbers are not read. */
export const unsupportedStorageClasses: readonly string[] = [
  'ComplexFloatStorage',
  'ComplexDoubleStorage',
  'QInt8Storage',
  'QUInt8Storage',
  'QInt32Storage',
  'QUInt4x2Storage',
  'QUInt2x4Storage',
]

/** `torch.float32` and its like, by name. */
export const torchDtypes: ReadonlyMap<string, ElementType> = new Map(
  (
    [
      'bool',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'float16',
      'bfloat16',
      'float32',
      'float64',
    ] as const
  ).map((name) => [name, name]),
)

/** The class that a dtype is stored in; undefined where torch has none. */
export const storageClassOf = (dtype: ElementType): string | undefined =>
  [...storageClasses].find(([, type]) => type === dtype)?.[0]
