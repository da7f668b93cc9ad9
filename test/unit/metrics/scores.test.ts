import { describe, expect, it } from 'vitest'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import {
  accuracy,
  accuracyNoNull,
  classFigures,
  macroF1,
  macroF1NoNull,
  macroF1NonNullClasses,
  percentOf,
  totals,
  weightedF1,
} from '#shared/metrics/scores.ts'
import { classCount, first, nullIndex, second, truth } from './comparison-fixture.ts'

const nothing = confusionMatrix([], [], 3)

describe('against scikit-learn 1.2', () => {
  /**
   * accuracy_score and f1_score(zero_division=0) × 100; no-null on y[y != 3]; non-Null classes with labels=[those seen
   * but 3].
   */
  it.each([
    ['first', first, [88, 88.6904761904762, 88, 69.5054945054945, 92.67399267399267, 89.47368421052632]],
    [
      'second',
      second,
      [68, 67.8030303030303, 67.93939393939394, 53.7004662004662, 71.60062160062161, 68.42105263157895],
    ],
  ])('%s model', (_, predicted, expected) => {
    const confusion = confusionMatrix(truth, predicted, classCount)
    const actual = [
      accuracy(confusion),
      macroF1(confusion),
      weightedF1(confusion),
      macroF1NoNull(confusion, nullIndex),
      macroF1NonNullClasses(confusion, nullIndex),
      accuracyNoNull(confusion, nullIndex),
    ]
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 9))
  })
})

describe('classFigures', () => {
  it('gives percentages, and 0 where there is nothing to divide by', () => {
    const confusion = confusionMatrix([0, 0, 0, 1], [0, 0, 2, 0], 4)
    expect(classFigures(confusion).map(({ precision, recall, f1 }) => [precision, recall, f1].map(Math.round))).toEqual(
      [
        [67, 67, 67],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    )
    expect(classFigures(confusion).map(({ support, predicted, correct }) => [support, predicted, correct])).toEqual([
      [3, 3, 2],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ])
  })
})

describe('macroF1', () => {
  it('leaves out classes that nobody has and nobody was given', () => {
    expect(macroF1(confusionMatrix([0, 1], [0, 1], 5))).toBe(100)
  })

  it('counts a class that was only predicted as 0', () => {
    expect(macroF1(confusionMatrix([0, 0], [0, 4], 5))).toBeCloseTo((200 / 3 + 0) / 2, 12)
  })
})

describe('the two no-null conventions', () => {
  it('differ by the surviving Null prediction', () => {
    // Truth 0 0 1 and one Null; one of class 0 is predicted Null. F1 of 0: 2/3, of 1: 1, of the surviving Null: 0.
    const confusion = confusionMatrix([0, 0, 1, 2], [0, 2, 1, 2], 3)
    expect(macroF1NoNull(confusion, 2)).toBeCloseTo((200 / 3 + 100 + 0) / 3, 12)
    expect(macroF1NonNullClasses(confusion, 2)).toBeCloseTo((200 / 3 + 100) / 2, 12)
  })

  it('agree where no Null prediction survives, whatever became of the Null students', () => {
    const confusion = confusionMatrix([0, 1, 2, 2], [0, 0, 2, 1], 3)
    expect(macroF1NoNull(confusion, 2)).toBe(macroF1NonNullClasses(confusion, 2))
  })

  it('are the macro F1 where the classes have no Null', () => {
    const confusion = confusionMatrix(truth, second, classCount)
    expect(macroF1NoNull(confusion, null)).toBe(macroF1(confusion))
    expect(macroF1NonNullClasses(confusion, null)).toBe(macroF1(confusion))
    expect(accuracyNoNull(confusion, null)).toBe(accuracy(confusion))
  })

  it('are 0 where every student is Null', () => {
    const confusion = confusionMatrix([2, 2], [2, 0], 3)
    expect([macroF1NoNull(confusion, 2), macroF1NonNullClasses(confusion, 2), accuracyNoNull(confusion, 2)]).toEqual([
      0, 0, 0,
    ])
  })

  it('are 0 where everybody else was predicted Null', () => {
    const confusion = confusionMatrix([0, 1], [2, 2], 3)
    expect([macroF1NoNull(confusion, 2), macroF1NonNullClasses(confusion, 2)]).toEqual([0, 0])
  })
})

describe('over no students', () => {
  it('every rate is 0', () => {
    expect([accuracy(nothing), macroF1(nothing), weightedF1(nothing), macroF1NoNull(nothing, 2)]).toEqual([0, 0, 0, 0])
    expect(totals(nothing)).toEqual({ students: 0, correct: 0 })
    expect(percentOf(0, 0)).toBe(0)
  })
})
