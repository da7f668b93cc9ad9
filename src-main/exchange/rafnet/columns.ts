import { AppError } from '#shared/contract/app-error.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { isElementType } from '#main/codecs/pickle/numpy-dtype.ts'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'

/** Which column of which file is read, for error messages. */
export interface ColumnPlace {
  readonly file: string
  /** Dotted key, as `metadata.img_paths`. */
  readonly key: string
}

const describe = (value: PickleValue | undefined): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'None'
  if (value instanceof NdArray) return `an array of ${value.dtype.descriptor} and shape (${value.shape.join(', ')})`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof Map) return 'a dict'
  return typeof value === 'object' ? 'an object' : `${typeof value} ${value}`
}

export function columnError(place: ColumnPlace, needed: string, found: PickleValue | undefined): AppError {
  return new AppError(
    'features.column-malformed',
    `${place.file}: ${place.key} must be ${needed}, but holds ${describe(found)}; write the file again with RAFNet.`,
    { file: place.file, key: place.key },
  )
}

export function rowCountError(place: ColumnPlace, found: number, rows: number): AppError {
  return new AppError(
    'features.row-count',
    `${place.file}: ${place.key} has ${found} rows where the file has ${rows}; every column needs one entry per student.`,
    { file: place.file, key: place.key, found, rows },
  )
}

/** The entries of a list, tuple or array (its first axis) that holds scalars; null where the value is no such column. */
export function columnItems(value: PickleValue | undefined): readonly PickleValue[] | null {
  if (Array.isArray(value)) return value
  if (value instanceof PickleTuple) return value.items
  if (value instanceof NdArray && value.shape.length === 1) return value.toValues()
  return null
}

/** A number of any Python or numpy kind; null for what is none. */
export function numberOf(value: PickleValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof PickleFloat) return value.value
  if (value instanceof NumpyScalar) return numberOf(value.value)
  if (value instanceof NdArray && value.length === 1 && isElementType(value.dtype.type))
    return numberOf(value.toValues()[0]!)
  return null
}

/** A string of any Python or numpy kind; null for what is none. */
export function stringOf(value: PickleValue): string | null {
  if (typeof value === 'string') return value
  if (value instanceof NumpyScalar && typeof value.value === 'string') return value.value
  return null
}

/** One string per row; numbers become their decimal form, since some producers store ids as ints. */
export function stringColumn(value: PickleValue | undefined, rows: number, place: ColumnPlace): string[] {
  const items = columnItems(value)
  if (!items) throw columnError(place, 'a list of strings', value)
  if (items.length !== rows) throw rowCountError(place, items.length, rows)
  return items.map((item) => {
    const text = stringOf(item) ?? numberOf(item)
    if (text === null) throw columnError(place, 'a list of strings', item)
    return String(text)
  })
}

/** As `stringColumn`, with null where the file says None. */
export function optionalStringColumn(
  value: PickleValue | undefined,
  rows: number,
  place: ColumnPlace,
): (string | null)[] {
  const items = columnItems(value)
  if (!items) throw columnError(place, 'a list of strings', value)
  if (items.length !== rows) throw rowCountError(place, items.length, rows)
  return items.map((item) => {
    const text = item === null ? null : (stringOf(item) ?? numberOf(item))
    return text === null ? null : String(text)
  })
}

/** Whole numbers, one per row, as int32; floats are taken where they are whole. */
export function integerColumn(value: PickleValue | undefined, rows: number, place: ColumnPlace): Int32Array {
  const items = columnItems(value)
  if (!items) throw columnError(place, 'a list or array of whole numbers', value)
  if (items.length !== rows) throw rowCountError(place, items.length, rows)
  return Int32Array.from(items, (item) => {
    const number = numberOf(item)
    if (number === null || (number | 0) !== number) throw columnError(place, 'a list or array of whole numbers', item)
    return number
  })
}

function fillRow(target: Float64Array, start: number, width: number, row: PickleValue, place: ColumnPlace): void {
  const isVector = row instanceof NdArray && isElementType(row.dtype.type)
  const values = isVector ? row.toFloat64() : columnItems(row)
  if (!values || values.length !== width) throw columnError(place, `${width} numbers per row`, row)
  for (let column = 0; column < width; column += 1) {
    const value = values[column]!
    const number = typeof value === 'number' ? value : numberOf(value)
    if (number === null) throw columnError(place, `${width} numbers per row`, row)
    target[start + column] = number
  }
}

/** [rows, width] as float64, from one array or from a list of arrays, lists or tuples. */
export function matrixColumn(
  value: PickleValue | undefined,
  rows: number,
  width: number,
  place: ColumnPlace,
): Float64Array {
  if (value instanceof NdArray && value.shape.length === 2 && isElementType(value.dtype.type)) {
    if (value.shape[0] !== rows) throw rowCountError(place, value.shape[0]!, rows)
    if (value.shape[1] !== width) throw columnError(place, `${width} numbers per row`, value)
    return value.toFloat64()
  }
  const items = columnItems(value)
  if (!items) throw columnError(place, `an array of ${rows} × ${width} numbers`, value)
  if (items.length !== rows) throw rowCountError(place, items.length, rows)
  const matrix = new Float64Array(rows * width)
  items.forEach((item, row) => fillRow(matrix, row * width, width, item, place))
  return matrix
}
