import { eachStrided, columnMajorStrides } from '#main/codecs/elements/row-major.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { isElementType, NumpyDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { numberOf, stringOf } from './columns.ts'
import { cellLike, encodeNumbers, unknownNumber } from './pickle-cells.ts'
import type { CellPatch } from './pickle-cells.ts'

/** One cell of a column to write: a cell of a source, a new value, or nothing known. */
export type Cell =
  | { readonly kind: 'kept'; readonly source: number; readonly row: number }
  | { readonly kind: 'set'; readonly value: CellPatch }
  | { readonly kind: 'unknown' }

/** Rows of a value that is a column (a list, tuple or array with a first axis), or null for any other value. */
export function columnLength(value: PickleValue | undefined): number | null {
  if (Array.isArray(value)) return value.length
  if (value instanceof PickleTuple) return value.items.length
  return value instanceof NdArray && value.shape.length > 0 ? value.shape[0]! : null
}

/** The bytes of an array in C order, as stored (byte order included). */
function rowMajorBytes(array: NdArray): Uint8Array {
  if (!array.fortranOrder || array.shape.length < 2) return array.bytes
  const size = array.dtype.itemBytes
  const bytes = new Uint8Array(array.bytes.byteLength)
  eachStrided(array.shape, columnMajorStrides(array.shape), 0, (to, from) => {
    for (let index = 0; index < size; index += 1) bytes[to * size + index] = array.bytes[from * size + index]!
  })
  return bytes
}

/** The bytes of every row of an array as those of another dtype: the same where the dtypes agree. */
function rowsAs(dtype: NumpyDtype, value: PickleValue | undefined, perRow: number): (row: number) => Uint8Array | null {
  if (value instanceof NdArray && value.length === value.shape[0]! * perRow && isElementType(value.dtype.type)) {
    if (value.dtype.descriptor !== dtype.descriptor) {
      const numbers = value.toFloat64()
      return (row) => encodeNumbers(dtype, numbers.subarray(row * perRow, (row + 1) * perRow))
    }
    const bytes = rowMajorBytes(value)
    const rowBytes = perRow * dtype.itemBytes
    return (row) => bytes.subarray(row * rowBytes, (row + 1) * rowBytes)
  }
  const items = Array.isArray(value) ? value : value instanceof PickleTuple ? value.items : []
  return (row) => {
    const item = items[row] ?? null
    const numbers = item instanceof NdArray && isElementType(item.dtype.type) ? [...item.toFloat64()] : [numberOf(item)]
    const known = numbers.filter((number) => number !== null)
    return known.length === perRow ? encodeNumbers(dtype, known) : null
  }
}

function selectNumbers(columns: readonly (PickleValue | undefined)[], base: NdArray, cells: readonly Cell[]): NdArray {
  const { dtype } = base
  const perRow = base.shape.slice(1).reduce((product, size) => product * size, 1)
  const rowBytes = perRow * dtype.itemBytes
  const readers = columns.map((column) => rowsAs(dtype, column, perRow))
  const unknown = encodeNumbers(dtype, new Array<number>(perRow).fill(unknownNumber(dtype)))
  const bytes = new Uint8Array(cells.length * rowBytes)
  cells.forEach((cell, index) => {
    const kept = cell.kind === 'kept' ? readers[cell.source]?.(cell.row) : null
    const numbers =
      cell.kind === 'set' && cell.value !== null && typeof cell.value !== 'string' ? [cell.value].flat() : null
    bytes.set(kept ?? (numbers?.length === perRow ? encodeNumbers(dtype, numbers) : unknown), index * rowBytes)
  })
  return new NdArray(dtype, [cells.length, ...base.shape.slice(1)], bytes)
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  if (Array.isArray(value)) return value
  if (value instanceof PickleTuple) return value.items
  return value instanceof NdArray && value.shape.length === 1 ? value.toValues() : []
}

function selectItems(columns: readonly (PickleValue | undefined)[], cells: readonly Cell[]): PickleValue[] {
  const items = columns.map(itemsOf)
  const like = items[0]?.[0]
  return cells.map((cell) => {
    if (cell.kind === 'kept') return items[cell.source]?.[cell.row] ?? null
    return cell.kind === 'set' ? cellLike(like, cell.value) : null
  })
}

/** A fixed-width text array, as wide as its longest entry or as the source was. */
function unicodeArray(base: NdArray, values: readonly PickleValue[]): NdArray {
  const texts = values.map((value) => Array.from(stringOf(value) ?? ''))
  const width = Math.max(base.dtype.itemBytes / 4, ...texts.map((text) => text.length))
  const dtype = new NumpyDtype('unicode', width * 4, base.dtype.byteOrder)
  const bytes = new Uint8Array(texts.length * width * 4)
  const view = new DataView(bytes.buffer)
  texts.forEach((text, row) => {
    text.forEach((letter, index) => {
      view.setUint32((row * width + index) * 4, letter.codePointAt(0) ?? 0, dtype.byteOrder !== 'big')
    })
  })
  return new NdArray(dtype, [texts.length], bytes)
}

/**
 * A column of the export in the container and dtype of the first source's, one entry per cell. `columns` holds that column of every
 * source; where one has it in another form its cells are converted, where it has none they are unknown (None, NaN, −1).
 */
export function selectRows(columns: readonly (PickleValue | undefined)[], cells: readonly Cell[]): PickleValue {
  const base = columns[0] ?? null
  if (base instanceof NdArray) {
    if (isElementType(base.dtype.type)) return selectNumbers(columns, base, cells)
    const items = selectItems(columns, cells)
    if (base.dtype.type === 'unicode') return unicodeArray(base, items)
    return base.items ? new NdArray(base.dtype, [items.length], base.bytes, { items }) : items
  }
  const items = selectItems(columns, cells)
  return base instanceof PickleTuple ? new PickleTuple(items) : items
}
