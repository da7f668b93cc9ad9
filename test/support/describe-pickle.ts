import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import {
  DefaultDict,
  FrozenSet,
  OrderedDict,
  PickleByteArray,
  PickleFloat,
  PickleGlobal,
  PickleObject,
  PickleTuple,
} from '#main/codecs/pickle/values.ts'
import type { PickleExtension, PickleValue } from '#main/codecs/pickle/values.ts'

export type Described = null | boolean | string | number | Described[] | { [key: string]: Described }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Python's `repr` of a float as far as JavaScript's text of a number differs from it. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e')
    return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

const entries = (map: Map<PickleValue, PickleValue> | null): Described =>
  [...(map ?? [])].map(([key, value]) => [describePickle(key), describePickle(value)])

const sorted = (set: Set<PickleValue>): Described =>
  [...set].map(describePickle).sort((left, right) => (pythonText(left) < pythonText(right) ? -1 : 1))

/** What Python sorts a set's descriptions by. */
const pythonText = (value: Described): string =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value).replaceAll('"', "'").replaceAll(':', ': ').replaceAll(',', ', ')

function plain(value: PickleValue, array: NdArray): Described {
  if (value instanceof Uint8Array) return hex(value)
  if (array.dtype.type.startsWith('float')) return floatText(Number(value))
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return typeof value === 'boolean' || typeof value === 'string' ? value : null
}

function describeArray(array: NdArray): Described {
  const { dtype, shape } = array
  const fortran = array.fortranOrder
  const result = { dtype: array.items ? '|O' : dtype.descriptor, shape: [...shape], fortran }
  if (array.items) return { ...result, items: array.items.map(describePickle) }
  return { ...result, bytes: hex(array.bytes), values: array.toValues().map((value) => plain(value, array)) }
}

function describeExtension(value: PickleExtension): Described {
  if (value instanceof PickleFloat) return { float: floatText(value.value) }
  if (value instanceof PickleTuple) return { tuple: value.items.map(describePickle) }
  if (value instanceof PickleByteArray) return { bytearray: hex(value.bytes) }
  if (value instanceof NdArray) return { ndarray: describeArray(value) }
  if (value instanceof NumpyScalar) return { scalar: value.dtype.descriptor, bytes: hex(value.bytes) }
  if (value instanceof NumpyDtype) return { dtype: value.descriptor }
  if (value instanceof PickleObject) return { Namespace: entries(value.attributes) }
  if (value instanceof PickleGlobal) return { global: `${value.module}.${value.qualifiedName}` }
  throw new Error(`no description for ${value.constructor.name}`)
}

/** A value read from a pickle as the JSON that test/fixtures/pickle/describe.py makes of what Python reads. */
export function describePickle(value: PickleValue): Described {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return { int: String(value) }
  if (value instanceof Uint8Array) return { bytes: hex(value) }
  if (Array.isArray(value)) return { list: value.map(describePickle) }
  if (value instanceof OrderedDict) return { OrderedDict: entries(value), attributes: entries(value.attributes) }
  if (value instanceof DefaultDict)
    return { defaultdict: entries(value), factory: value.factory?.qualifiedName ?? null }
  if (value instanceof Map) return { dict: entries(value) }
  if (value instanceof Set) return { [value instanceof FrozenSet ? 'frozenset' : 'set']: sorted(value) }
  return describeExtension(value)
}
