import { describe, expect, it } from 'vitest'
import { wilsonInterval } from '#shared/metrics/wilson-interval.ts'

/** scipy.stats.binomtest(correct, total).proportion_ci(confidence, method='wilson') × 100, scipy 1.10. */
const reference = [
  [17, 60, 0.95, 18.506828428432712, 40.76728516439119],
  [28, 51, 0.95, 41.384708550368806, 67.73248145062598],
  [27, 40, 0.95, 52.01774618987767, 79.91549776821729],
  [0, 10, 0.95, 0, 27.753279986288927],
  [10, 10, 0.95, 72.24672001371108, 100],
  [1, 1, 0.95, 20.654931437723747, 100],
  [0, 1, 0.95, 0, 79.34506856227625],
  [5, 10, 0.99, 18.42255182472355, 81.57744817527646],
  [12345, 50000, 0.9, 24.374178059053673, 25.008560884932617],
] as const

describe('wilsonInterval', () => {
  it.each(reference)('%d of %d at %d', (correct, total, confidence, low, high) => {
    const [actualLow, actualHigh] = wilsonInterval(correct, total, confidence)
    expect(actualLow).toBeCloseTo(low, 10)
    expect(actualHigh).toBeCloseTo(high, 10)
  })

  it('says nothing about nobody', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 100])
  })

  it('touches 0 and 100 exactly', () => {
    expect(wilsonInterval(0, 7)[0]).toBe(0)
    expect(wilsonInterval(7, 7)[1]).toBe(100)
  })

  it.each([
    [-1, 5, 0.95],
    [6, 5, 0.95],
    [0.5, 5, 0.95],
    [Number.NaN, 5, 0.95],
    [1, Number.NaN, 0.95],
    [1, 5, 1],
    [1, 5, Number.NaN],
  ])('refuses %d of %d at %d', (correct, total, confidence) => {
    expect(() => wilsonInterval(correct, total, confidence)).toThrow(RangeError)
  })
})
