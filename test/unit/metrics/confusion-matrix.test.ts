import { describe, expect, it } from 'vitest'
import { confusionMatrix, matrixOfCells, withoutNullTruth } from '#shared/metrics/confusion-matrix.ts'

describe('confusionMatrix', () => {
  it('has truth in rows and predictions in columns', () => {
    expect(confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [2, 0, 1],
    ])
  })

  it('is all zeros without students and one count with one', () => {
    expect(confusionMatrix([], [], 2)).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(confusionMatrix([0], [0], 1)).toEqual([[1]])
  })

  it('takes typed arrays', () => {
    expect(confusionMatrix(Int32Array.of(1, 0), new Uint8Array([1, 1]), 2)).toEqual([
      [0, 1],
      [0, 1],
    ])
  })

  it.each([
    ['unlabelled', [0, -1], [0, 0], 2, /truth\[1\] is -1; class indices are 0 to 1/],
    ['a class too many', [0, 1], [0, 2], 2, /predicted\[1\] is 2/],
    ['not a number', [0, Number.NaN], [0, 0], 2, /truth\[1\] is NaN/],
    ['a broken index', [0.5], [0], 2, /truth\[0\] is 0.5/],
    ['unequal lengths', [0, 1], [0], 2, /truth has 2 labels and predicted 1/],
    ['no classes', [], [], 0, /classCount must be 1 or more: 0/],
    ['half a class', [], [], 1.5, /classCount/],
  ])('refuses %s', (_, truth, predicted, classCount, message) => {
    expect(() => confusionMatrix(truth, predicted, classCount)).toThrow(message)
    expect(() => confusionMatrix(truth, predicted, classCount)).toThrow(RangeError)
  })
})

describe('withoutNullTruth', () => {
  const confusion = [
    [1, 2],
    [3, 4],
  ]

  it('drops the row of Null and keeps the column', () => {
    expect(withoutNullTruth(confusion, 0)).toEqual([
      [0, 0],
      [3, 4],
    ])
    expect(confusion[0]).toEqual([1, 2])
  })

  it('drops nothing without a Null class', () => {
    expect(withoutNullTruth(confusion, null)).toEqual(confusion)
  })
})

describe('matrixOfCells', () => {
  it('cuts row-major counts into rows', () => {
    expect(matrixOfCells(Float64Array.of(1, 2, 3, 4), 2)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })
})
