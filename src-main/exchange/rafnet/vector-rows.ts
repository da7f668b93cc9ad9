import { AppError } from '#shared/contract/app-error.ts'
import { swapByteOrder } from '#main/codecs/elements/element-type.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { isElementType } from '#main/codecs/pickle/numpy-dtype.ts'
import type { NumpyDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import type { ArrayForm } from './array-form.ts'
import { rowCountError } from './columns.ts'
import type { ColumnPlace } from './columns.ts'

/** Vectors as a feature pickle holds them, before they are written: row blocks in C order, little-endian. */
export interface VectorRows {
  readonly rows: number
  readonly width: number
  readonly dtype: NumpyDtype
  readonly form: ArrayForm
  /** Bytes of rows `first` to `first + count`, in the source's dtype made little-endian. */
  block(first: number, count: number): Uint8Array
}

const isVector = (value: PickleValue | undefined): value is NdArray =>
  value instanceof NdArray && value.shape.length === 1 && isElementType(value.dtype.type) && value.dtype.type !== 'bool'

const littleEndian = (dtype: NumpyDtype, bytes: Uint8Array): Uint8Array =>
  dtype.byteOrder === 'big' ? swapByteOrder(bytes, dtype.itemBytes) : bytes

/** Rows of a column-major [rows, width] array, gathered element by element. */
function gatherColumnMajor(array: NdArray, first: number, count: number): Uint8Array {
  const [rows = 0, width = 0] = array.shape
  const size = array.dtype.itemBytes
  const block = new Uint8Array(count * width * size)
  for (let column = 0; column < width; column += 1) {
    for (let row = 0; row < count; row += 1) {
      const from = (column * rows + first + row) * size
      const to = (row * width + column) * size
      for (let index = 0; index < size; index += 1) block[to + index] = array.bytes[from + index]!
    }
  }
  return block
}

function rowsOfArray(array: NdArray): VectorRows {
  const [rows = 0, width = 0] = array.shape
  const rowBytes = width * array.dtype.itemBytes
  const block = (first: number, count: number): Uint8Array => {
    const bytes = array.fortranOrder
      ? gatherColumnMajor(array, first, count)
      : array.bytes.subarray(first * rowBytes, (first + count) * rowBytes)
    return littleEndian(array.dtype, bytes)
  }
  return { rows, width, dtype: array.dtype, form: { container: 'array', dtype: array.dtype.descriptor }, block }
}

function widthError(place: ColumnPlace, row: number, found: string, expected: string): AppError {
  return new AppError(
    'features.width-mixed',
    `${place.file}: ${place.key} row ${row} is ${found} where row 0 is ${expected}; ` +
      'all vectors of a modality must have one width and one dtype.',
    { file: place.file, key: place.key, row, found, expected },
  )
}

const vectorName = (value: PickleValue): string =>
  isVector(value) ? `${value.length} × ${value.dtype.descriptor}` : 'no vector of numbers'

function rowsOfList(items: readonly PickleValue[], container: 'rows' | 'objects', place: ColumnPlace): VectorRows {
  const first = items[0]
  if (!isVector(first)) throw widthError(place, 0, 'no vector of numbers', 'a vector of numbers')
  const expected = vectorName(first)
  const vectors = items.map((item, row) => {
    if (!isVector(item) || vectorName(item) !== expected) throw widthError(place, row, vectorName(item), expected)
    return item
  })
  const rowBytes = first.bytes.byteLength
  const block = (start: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(count * rowBytes)
    for (let row = 0; row < count; row += 1) bytes.set(vectors[start + row]!.bytes, row * rowBytes)
    return littleEndian(first.dtype, bytes)
  }
  return {
    rows: items.length,
    width: first.length,
    dtype: first.dtype,
    form: { container, dtype: first.dtype.descriptor },
    block,
  }
}

/**
 * The value of a top-level key as vectors, or null where it is no modality (a column of scalars, text, an image, …). A modality is a
 * numeric [N, D] array, a list of N numeric 1-D arrays, or an object array of them.
 * Throws `features.row-count` where it has another number of rows than the file, `features.width-mixed` where rows differ.
 */
export function vectorRows(value: PickleValue | undefined, rows: number, place: ColumnPlace): VectorRows | null {
  const found = findVectorRows(value, place)
  if (found && found.rows !== rows) throw rowCountError(place, found.rows, rows)
  return found
}

function findVectorRows(value: PickleValue | undefined, place: ColumnPlace): VectorRows | null {
  if (value instanceof NdArray) {
    if (value.items) return value.items.some(isVector) ? rowsOfList(value.items, 'objects', place) : null
    const isMatrix = value.shape.length === 2 && isElementType(value.dtype.type) && value.dtype.type !== 'bool'
    return isMatrix && value.shape[1]! > 0 ? rowsOfArray(value) : null
  }
  if (Array.isArray(value) && value.some(isVector)) return rowsOfList(value, 'rows', place)
  return null
}
