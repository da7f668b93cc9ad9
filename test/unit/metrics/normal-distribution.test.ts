import { describe, expect, it } from 'vitest'
import { complementaryError, normalCumulative, normalQuantile } from '#shared/metrics/normal-distribution.ts'

/** scipy.special.erfc, scipy 1.10. */
const errors = [
  [-6, 2],
  [-1.5, 1.9661051464753108],
  [-0.1, 1.1124629160182848],
  [0, 1],
  [1e-8, 0.9999999887162083],
  [0.5, 0.4795001221869535],
  [1.4999, 0.033906748337704726],
  [1.5, 0.03389485352468927],
  [2, 0.004677734981047266],
  [3, 2.2090496998585445e-5],
  [5, 1.5374597944280347e-12],
  [10, 2.0884875837625446e-45],
  [20, 5.395865611607901e-176],
  [26.5, 2.2109076642637343e-307],
] as const

/** scipy.stats.norm.ppf, scipy 1.10. */
const quantiles = [
  [1e-300, -37.0470962993612],
  [1e-12, -7.034483825301131],
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.3, -0.5244005127080409],
  [0.7, 0.5244005127080407],
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489004],
  [1 - 1e-12, 7.0344869100478356],
] as const

describe('complementaryError', () => {
  it.each(errors)('of %d', (x, expected) => {
    expect(Math.abs(complementaryError(x) / expected - 1)).toBeLessThan(2e-13)
  })

  it('ends at 0 and 2', () => {
    expect(complementaryError(40)).toBe(0)
    expect(complementaryError(-40)).toBe(2)
  })
})

describe('normalQuantile', () => {
  it.each(quantiles)('of %d', (probability, expected) => {
    expect(Math.abs(normalQuantile(probability) / expected - 1)).toBeLessThan(1e-12)
  })

  it('is 0 in the middle and undone by normalCumulative', () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 14)
    expect(normalCumulative(normalQuantile(0.123))).toBeCloseTo(0.123, 14)
  })

  it.each([0, 1, -0.1, 1.1, Number.NaN])('refuses %d', (probability) => {
    expect(() => normalQuantile(probability)).toThrow(RangeError)
  })
})
