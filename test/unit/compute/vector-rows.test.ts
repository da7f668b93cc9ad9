import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openVectors } from '#main/compute/pipelines/vector-rows.ts'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/compute.ts'

const folder = temporaryFolder()
const width = 3
const rowCount = 40
const value = (row: number, column: number): number => row * 10 + column

function write(name: string, array: ArrayBufferView): string {
  const file = join(folder, name)
  writeFileSync(file, new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  return file
}

const numbers = Array.from({ length: rowCount * width }, (_, index) => value(Math.floor(index / width), index % width))
const floats = write('floats.bin', Float32Array.from(numbers))

function read(file: string, dtype: string, rows: readonly number[], first = 0, end = rows.length): number[] {
  const reader = openVectors({
    name: 'convnext',
    width,
    files: [{ file, dtype }],
    fileOf: null,
    rows: Uint32Array.from(rows),
  })
  try {
    return [...reader.read(first, end)]
  } finally {
    reader.close()
  }
}

const expected = (rows: readonly number[]): number[] => rows.flatMap((row) => [0, 1, 2].map((at) => value(row, at)))

test.each([
  ['none', []],
  ['one', [7]],
  ['all in order', Array.from({ length: rowCount }, (_, row) => row)],
  ['with gaps, small and large', [0, 2, 3, 9, 30, 39]],
  ['backwards', [39, 20, 3, 2, 1, 0]],
  ['repeated', [5, 5, 5, 6, 6, 5]],
])('rows %s', (_name, rows) => {
  expect(read(floats, 'f4', rows)).toEqual(expected(rows))
})

test('a part of the students, by position', () => {
  expect(read(floats, 'f4', [4, 9, 1, 0, 8], 1, 4)).toEqual(expected([9, 1, 0]))
})

test.each([
  ['f8', Float64Array.from(numbers)],
  ['i8', BigInt64Array.from(numbers, BigInt)],
  ['i2', Int16Array.from(numbers)],
  ['u4', Uint32Array.from(numbers)],
])('dtype %s becomes float32', (dtype, array) => {
  expect(read(write(`${dtype}.bin`, array), dtype, [1, 0, 39])).toEqual(expected([1, 0, 39]))
})

test('float16', () => {
  const file = write('f2.bin', Uint16Array.of(0x3c00, 0xc000, 0x3555))
  expect(read(file, 'f2', [0])).toEqual([1, -2, Math.fround(0.333251953125)])
})

test.each([
  ['a row beyond the file', () => read(floats, 'f4', [0, 40]), 'features.row-missing'],
  ['a file that is not there', () => read(join(folder, 'nothing.bin'), 'f4', [0]), 'features.unreadable'],
  ['a dtype that is no number', () => read(floats, 'U5', [0]), 'features.dtype-unsupported'],
  ['a dtype that is nonsense', () => read(floats, 'banana', [0]), 'features.dtype-unsupported'],
])('%s is refused', (_name, work, code) => {
  expect(work).toThrow(expect.objectContaining({ code }))
})

test('NaN and infinities are given as they are stored: who feeds a model decides', () => {
  expect(read(write('nan.bin', Float32Array.of(1, NaN, 3, -Infinity, 5, 6)), 'f4', [0, 1])).toEqual([
    1,
    NaN,
    3,
    -Infinity,
    5,
    6,
  ])
})

test('rows of several files of different dtypes, in the order of the students', () => {
  const doubles = write(
    'doubles.bin',
    Float64Array.from(numbers, (number) => -number),
  )
  const reader = openVectors({
    name: 'convnext',
    width,
    files: [
      { file: floats, dtype: 'f4' },
      { file: doubles, dtype: 'f8' },
    ],
    fileOf: Uint16Array.of(0, 1, 1, 0, 1),
    rows: Uint32Array.of(3, 4, 5, 6, 0),
  })
  const negative = (rows: readonly number[]) => expected(rows).map((number) => -number)
  expect([...reader.read(0, 5)]).toEqual([...expected([3]), ...negative([4, 5]), ...expected([6]), ...negative([0])])
  reader.close()
})

test('a second file that is not there is refused', () => {
  const files = [
    { file: floats, dtype: 'f4' },
    { file: join(folder, 'nothing.bin'), dtype: 'f4' },
  ]
  const vectors = { name: 'convnext', width, files, fileOf: Uint16Array.of(0, 1), rows: Uint32Array.of(0, 0) }
  expect(() => openVectors(vectors)).toThrow(expect.objectContaining({ code: 'features.unreadable' }))
})
