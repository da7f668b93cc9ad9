import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'

const kindOf = (value: PickleValue): string =>
  value === null ? 'None' : typeof value === 'object' ? value.constructor.name : typeof value

const keyText = (key: PickleValue): string => (typeof key === 'string' ? key : JSON.stringify(key))

/** Values in C order as text, so that NaN equals NaN and −0 differs from 0. */
const elementTexts = (array: NdArray): string[] =>
  array
    .toValues()
    .map((value) => (Object.is(value, -0) ? '-0' : typeof value === 'object' ? JSON.stringify(value) : String(value)))

/**
 * Where two pickles differ in value, kind, key order, dtype or shape: one path each, `metadata.lectern` or `labels[3]`. Object arrays are
 * compared item by item.
 */
export function differences(actual: PickleValue, expected: PickleValue, at = ''): string[] {
  if (kindOf(actual) !== kindOf(expected)) return [`${at}: ${kindOf(actual)} instead of ${kindOf(expected)}`]
  if (actual instanceof Map && expected instanceof Map) return dictDifferences(actual, expected, at)
  if (Array.isArray(actual) && Array.isArray(expected)) return listDifferences(actual, expected, at)
  if (actual instanceof PickleTuple && expected instanceof PickleTuple)
    return listDifferences(actual.items, expected.items, at)
  if (actual instanceof NdArray && expected instanceof NdArray) {
    if (actual.dtype.descriptor !== expected.dtype.descriptor)
      return [`${at}: ${actual.dtype.descriptor} instead of ${expected.dtype.descriptor}`]
    if (actual.shape.join() !== expected.shape.join())
      return [`${at}: shape ${actual.shape.join()} instead of ${expected.shape.join()}`]
    if (actual.items && expected.items) return listDifferences(actual.items, expected.items, at)
    const wanted = elementTexts(expected)
    const wrong = elementTexts(actual).findIndex((text, index) => text !== wanted[index])
    return wrong < 0 ? [] : [`${at}: element ${wrong}`]
  }
  if (actual instanceof NumpyScalar && expected instanceof NumpyScalar) {
    const isSame =
      actual.dtype.descriptor === expected.dtype.descriptor && String(actual.value) === String(expected.value)
    return isSame ? [] : [at]
  }
  if (actual instanceof PickleFloat && expected instanceof PickleFloat)
    return Object.is(actual.value, expected.value) ? [] : [at]
  return actual === expected ? [] : [at]
}

function listDifferences(actual: readonly PickleValue[], expected: readonly PickleValue[], at: string): string[] {
  if (actual.length !== expected.length) return [`${at}: ${actual.length} entries instead of ${expected.length}`]
  return actual.flatMap((value, index) => differences(value, expected[index]!, `${at}[${index}]`))
}

function dictDifferences(
  actual: Map<PickleValue, PickleValue>,
  expected: Map<PickleValue, PickleValue>,
  at: string,
): string[] {
  const path = (key: PickleValue): string => (at === '' ? keyText(key) : `${at}.${keyText(key)}`)
  const [keys, wanted] = [[...actual.keys()].map(keyText), [...expected.keys()].map(keyText)]
  const shared = keys.filter((key) => wanted.includes(key))
  const isOrdered = shared.join() === wanted.filter((key) => keys.includes(key)).join()
  return [
    ...keys.filter((key) => !wanted.includes(key)).map((key) => `${path(key)}: added`),
    ...wanted.filter((key) => !keys.includes(key)).map((key) => `${path(key)}: missing`),
    ...(isOrdered ? [] : [`${at}: other key order`]),
    ...[...expected].flatMap(([key, value]) =>
      actual.has(key) ? differences(actual.get(key)!, value, path(key)) : [],
    ),
  ]
}
