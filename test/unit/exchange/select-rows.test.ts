import { describe, expect, it } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { NumpyDtype, parseDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { NumpyScalar } from '#main/codecs/pickle/numpy-scalar.ts'
import { PickleFloat, PickleTuple } from '#main/codecs/pickle/values.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { selectRows } from '#main/exchange/rafnet/select-rows.ts'
import type { Cell } from '#main/exchange/rafnet/select-rows.ts'
import type { CellPatch } from '#main/exchange/rafnet/pickle-cells.ts'
import { bigEndian, columnMajor, floats, grid, gridValues, rowsOf } from '../../support/feature-pickles.ts'

const kept = (row: number, source = 0): Cell => ({ kind: 'kept', source, row })
const set = (value: CellPatch): Cell => ({ kind: 'set', value })
const unknown: Cell = { kind: 'unknown' }

const valuesOf = (value: PickleValue): PickleValue[] => (value instanceof NdArray ? value.toValues() : [])

describe('rows of an array', () => {
  it('are taken in any order, with new values and unknown ones', () => {
    const column = NdArray.of('int64', BigInt64Array.of(10n, 11n, 12n))
    const selected = selectRows([column], [kept(2), set(-1), unknown, kept(0)])
    expect(selected).toBeInstanceOf(NdArray)
    expect(valuesOf(selected)).toEqual([12n, -1n, -1n, 10n])
  })

  it.each([
    ['C order', grid(3, 2)],
    ['Fortran order', columnMajor(gridValues(3, 2), 3, 2)],
    ['big-endian', bigEndian(grid(3, 2))],
  ])('keep their dtype and byte order: %s', (_name, column) => {
    const selected = selectRows([column], [kept(2), set([0.5, -0.5]), kept(0)])
    expect(selected).toMatchObject({ shape: [3, 2], dtype: column.dtype, fortranOrder: false })
    expect(valuesOf(selected)).toEqual([20, 21, 0.5, -0.5, 0, 1])
  })

  it('are NaN where nothing is known of a float', () => {
    expect(valuesOf(selectRows([floats([1])], [unknown]))).toEqual([NaN])
  })

  it('are converted from another dtype or container', () => {
    const doubles = NdArray.of('float64', Float64Array.of(1.5, 2.5), [1, 2])
    const listed = rowsOf(floats([7, 8], 1, 2))
    expect(valuesOf(selectRows([grid(1, 2), doubles, listed], [kept(0, 1), kept(0, 2), kept(0, 0)]))).toEqual([
      1.5, 2.5, 7, 8, 0, 1,
    ])
  })

  it('are unknown where a source has no such column, or one of another width', () => {
    expect(valuesOf(selectRows([grid(1, 2), undefined, grid(1, 3)], [kept(0, 1), kept(0, 2)]))).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ])
  })

  it('of text grow as wide as their longest entry', () => {
    const text = new NdArray(new NumpyDtype('unicode', 4), [1], Uint8Array.of(0x61, 0, 0, 0))
    const selected = selectRows([text], [kept(0), set('é😀c')])
    expect(selected instanceof NdArray && selected.dtype.code).toBe('U3')
    expect(valuesOf(selected)).toEqual(['a', 'é😀c'])
  })

  it('of objects stay objects', () => {
    const column = new NdArray(parseDtype('O8')!, [2], new Uint8Array(0), { items: ['a', null] })
    expect(selectRows([column], [kept(1), set('z')])).toMatchObject({ shape: [2], items: [null, 'z'] })
  })
})

describe('rows of a list', () => {
  it.each<[string, PickleValue, CellPatch, PickleValue]>([
    ['Python ints', 1, 4, 4],
    ['Python floats', new PickleFloat(1), 4, new PickleFloat(4)],
    ['numpy scalars', NumpyScalar.int64(1), 4, NumpyScalar.int64(4)],
    ['text', 'a', 'b', 'b'],
    ['arrays', floats([1, 2]), [3, 4], floats([3, 4])],
    ['tuples of floats', new PickleTuple([new PickleFloat(1)]), [3], new PickleTuple([new PickleFloat(3)])],
    ['lists of ints', [1, 2], [3, 4], [3, 4]],
  ])('get new values of their own kind: %s', (_name, like, patch, expected) => {
    expect(selectRows([[like]], [set(patch), kept(0), unknown])).toEqual([expected, like, null])
  })

  it('stay a tuple where they were one', () => {
    expect(selectRows([new PickleTuple(['a', 'b'])], [kept(1)])).toEqual(new PickleTuple(['b']))
  })
})
