import { describe, expect, it } from 'vitest'
import { calibration } from '#shared/metrics/calibration.ts'

/** numpy.random.default_rng(5); the error over ten bins summed bin by bin in numpy. */
const confidences = [
  0.805, 0.808, 0.515, 0.286, 0.054, 0.383, 0.408, 0.045, 0.049, 0.999, 0.652, 0.235, 0.435, 0.974, 0.898, 0.844, 0.392,
  0.493, 0.677, 0.061, 0.556, 0.271, 0.88, 0.064, 0.679, 0.87, 0.227, 0.895, 0.872, 0.019, 0.707, 0.001, 0.503, 0.437,
  0.203, 0.325, 0.806, 0.316, 0.149, 0.699,
]
const right = [0, 2, 8, 10, 12, 14, 17, 22, 24, 25, 27, 30, 32, 39]
const correct = confidences.map((_, student) => right.includes(student))

describe('calibration', () => {
  it('equals the sum over bins by numpy', () => {
    expect(calibration(confidences, correct, 10).expectedCalibrationError).toBeCloseTo(0.2346, 12)
  })

  it('gives every bin its students, their mean confidence and share correct', () => {
    const { bins } = calibration([0.1, 0.3, 0.25, 1], [false, true, false, true], 4)
    expect(bins.map(({ lower, upper, students, correct: hits }) => [lower, upper, students, hits])).toEqual([
      [0, 0.25, 2, 0],
      [0.25, 0.5, 1, 1],
      [0.5, 0.75, 0, 0],
      [0.75, 1, 1, 1],
    ])
    expect(bins[0]?.meanConfidence).toBeCloseTo(0.175, 12)
    expect(bins[0]?.shareCorrect).toBe(0)
    expect(bins[2]).toMatchObject({ meanConfidence: null, shareCorrect: null })
  })

  it.each([
    ['sure and right', [1, 1], [true, true], 0],
    ['sure and wrong', [1, 1], [false, false], 1],
    ['half sure and half right', [0.5, 0.5], [true, false], 0],
    ['a confidence of 0', [0], [false], 0],
    ['nobody', [], [], 0],
  ])('%s', (_, some, outcomes, expected) => {
    expect(calibration(some, outcomes).expectedCalibrationError).toBeCloseTo(expected, 12)
  })

  it.each([
    ['above 1', [1.01], [true], 15, /confidences\[0\] is 1.01/],
    ['below 0', [0.5, -0.01], [true, true], 15, /confidences\[1\] is -0.01/],
    ['not a number', [Number.NaN], [true], 15, /NaN/],
    ['not paired up', [0.5], [], 15, /1 confidences and 0 outcomes/],
    ['without bins', [0.5], [true], 0, /binCount/],
  ])('refuses what is %s', (_, some, outcomes, binCount, message) => {
    expect(() => calibration(some, outcomes, binCount)).toThrow(message)
  })
})
