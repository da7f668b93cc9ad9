import { describe, expect, it } from 'vitest'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { cohenKappa, fleissKappa } from '#shared/metrics/kappa.ts'

describe('cohenKappa', () => {
  it('is 0.4 for the textbook table', () => {
    // 20 + 15 of 50 agree, 0.5 by chance (Wikipedia, Cohen's kappa).
    expect(
      cohenKappa([
        [20, 5],
        [10, 15],
      ]),
    ).toBeCloseTo(0.4, 12)
  })

  it.each([
    ['full agreement', [0, 1, 2], [0, 1, 2], 1],
    ['full disagreement', [0, 1], [1, 0], -1],
    ['one rater who always says the same', [0, 1], [0, 0], 0],
  ])('%s', (_, first, second, expected) => {
    expect(cohenKappa(confusionMatrix(first, second, 3))).toBeCloseTo(expected, 12)
  })

  it('does not exist without students or where chance explains everything', () => {
    expect(cohenKappa(confusionMatrix([], [], 3))).toBeNull()
    expect(cohenKappa(confusionMatrix([2, 2, 2], [2, 2, 2], 3))).toBeNull()
  })
})

describe('fleissKappa', () => {
  /** Fleiss (1971) as in Wikipedia: ten subjects, fourteen raters, five classes; value by numpy. */
  const fourteenRaters = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ]

  it('equals the published example', () => {
    expect(fleissKappa(fourteenRaters)).toBeCloseTo(0.20993070442195522, 12)
  })

  it('is 1 for agreement on different classes and null where all say one class', () => {
    expect(
      fleissKappa([
        [3, 0],
        [0, 3],
      ]),
    ).toBe(1)
    expect(
      fleissKappa([
        [3, 0],
        [3, 0],
      ]),
    ).toBeNull()
    expect(fleissKappa([])).toBeNull()
  })

  it.each([
    [
      'a student with fewer ratings',
      [
        [2, 1],
        [1, 1],
      ],
      /student 1 has ratings \[1, 1\]/,
    ],
    ['one rater', [[1, 0]], /student 0/],
    ['rows of unequal classes', [[1, 1], [2]], /student 1/],
    ['half a rating', [[1.5, 0.5]], /student 0/],
    ['fewer than no ratings', [[3, -1]], /student 0/],
    ['not a number', [[Number.NaN, 2]], /student 0/],
  ])('refuses %s', (_, counts, message) => {
    expect(() => fleissKappa(counts)).toThrow(message)
  })
})
