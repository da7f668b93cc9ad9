import type { PickleValue } from '#main/codecs/pickle/values.ts'

/** A value of plain data (objects, arrays, strings, numbers, booleans, null) as Python's dicts, lists, str, int, float, bool, None. */
export function plainToPickle(value: unknown): PickleValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (Array.isArray(value)) return value.map(plainToPickle)
  if (typeof value === 'object')
    return new Map(Object.entries(value).map(([key, entry]) => [key, plainToPickle(entry)]))
  throw new RangeError(`${typeof value} is no plain value`)
}
