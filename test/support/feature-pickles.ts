import { writeFileSync } from 'node:fs'
import { swapByteOrder } from '#main/codecs/elements/element-type.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { numberDtype, parseDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'

export const dict = (entries: Readonly<Record<string, PickleValue>>): Map<PickleValue, PickleValue> =>
  new Map(Object.entries(entries))

/** Row r, column c holds 10 r + c. */
export const gridValues = (rows: number, width: number): number[] =>
  Array.from({ length: rows * width }, (_, index) => 10 * Math.floor(index / width) + (index % width))

export const floats = (values: readonly number[], ...shape: number[]): NdArray =>
  NdArray.of('float32', Float32Array.from(values), shape.length > 0 ? shape : [values.length])

export const grid = (rows: number, width: number): NdArray => floats(gridValues(rows, width), rows, width)

export const bigEndian = (array: NdArray): NdArray =>
  new NdArray(numberDtype('float32', 'big'), array.shape, swapByteOrder(array.bytes, 4))

/** The same values in column-major order. */
export function columnMajor(values: readonly number[], rows: number, width: number): NdArray {
  const data = Float32Array.from(
    { length: rows * width },
    (_, index) => values[(index % rows) * width + Math.floor(index / rows)]!,
  )
  return new NdArray(numberDtype('float32'), [rows, width], new Uint8Array(data.buffer), { fortranOrder: true })
}

export const rowsOf = (array: NdArray): NdArray[] => {
  const [rows = 0, width = 0] = array.shape
  return Array.from({ length: rows }, (_, row) => {
    return new NdArray(
      array.dtype,
      [width],
      array.bytes.slice(row * width * array.dtype.itemBytes, (row + 1) * width * array.dtype.itemBytes),
    )
  })
}

export const objects = (items: readonly PickleValue[]): NdArray =>
  new NdArray(parseDtype('O8')!, [items.length], new Uint8Array(0), { items })

/** A feature pickle of two photos: rows 0 … rows − 2 in `a.jpg`, the last in `b.jpg`. Entries of `change` take the place of its own; null drops one. */
export function featureDict(
  rows: number,
  change: Readonly<Record<string, PickleValue | undefined>> = {},
): Map<PickleValue, PickleValue> {
  const whole: Record<string, PickleValue | undefined> = {
    convnext: grid(rows, 3),
    labels: NdArray.of(
      'int64',
      BigInt64Array.from({ length: rows }, (_, row) => BigInt(row % 5)),
    ),
    metadata: dict({
      img_paths: Array.from({ length: rows }, (_, row) => (row < rows - 1 ? 'images/a.jpg' : 'images/b.jpg')),
      bbox_ids: Array.from({ length: rows }, (_, row) => `s_${row}`),
    }),
    context: dict({
      bbox_xyxy_abs: floats(Array.from({ length: rows }, (_, row) => [10 * row, 20, 10 * row + 8, 60]).flat(), rows, 4),
      bbox_cxcywh_norm: floats(
        Array.from({ length: rows }, (_, row) => [(10 * row + 4) / 200, 0.4, 0.04, 0.4]).flat(),
        rows,
        4,
      ),
    }),
    ...change,
  }
  return new Map(Object.entries(whole).filter((entry): entry is [string, PickleValue] => entry[1] !== undefined))
}

export function writePickleFile(file: string, value: PickleValue): string {
  writeFileSync(file, writePickle(value))
  return file
}
