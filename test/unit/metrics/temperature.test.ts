import { describe, expect, it } from 'vitest'
import { seededRandom } from '#shared/metrics/random.ts'
import { confidencesAt, fitTemperature, fitTemperatureSteps } from '#shared/metrics/temperature.ts'

/** numpy.random.default_rng(17); temperatures by scipy's brentq on the derivative, likelihoods by log_softmax. */
const rows = [
  [3.3, 1.02, -1.62],
  [-3.78, -5.68, 0.06],
  [-2.43, -2.62, -0.67],
  [-0.16, -6.83, 2.78],
  [-6.08, 5.58, 1.77],
  [-1.42, 4.03, 0.06],
  [2.07, 0.32, 3.29],
  [3.18, -2.72, -1.84],
  [1.03, -0.63, -6.85],
  [6.08, -6.52, -6.24],
  [-3.83, 1.69, 5.39],
  [-0.71, -1.17, 0.52],
  [-1.1, 0.25, -3.42],
  [1.31, 1.18, -7.31],
]
const truth = [1, 0, 1, 0, 1, 1, 2, 0, 0, 0, 2, 2, 1, 0]
const logits = rows.flat()
const scaled = (by: number) => ({ logits: logits.map((one) => one * by), truth, classCount: 3 })

describe('fitTemperature', () => {
  it.each([
    [1, 2.461934545820765, 0.9489027504804782],
    [0.1, 0.24619345458207664, 0.9007895124317791],
    [10, 24.619345458207658, 7.8815013957661675],
  ])('of logits times %d equals scipy', (by, temperature, before) => {
    const found = fitTemperature(scaled(by))
    expect(Math.abs(found.temperature / temperature - 1)).toBeLessThan(1e-7)
    expect(found.before).toBeCloseTo(before, 12)
    expect(found.after).toBeCloseTo(0.7225214069103175, 12)
    expect(found.atLimit).toBeNull()
  })

  it('finds the temperature that labels were drawn with', () => {
    const random = seededRandom(3)
    const classCount = 4
    const many = Float64Array.from({ length: 20_000 * classCount }, () => random() * 8)
    const drawn = Array.from({ length: 20_000 }, (_, student) => {
      const weights = [...many.subarray(student * classCount, (student + 1) * classCount)].map((z) => Math.exp(z / 1.8))
      let left = random() * weights.reduce((sum, one) => sum + one, 0)
      return Math.max(
        0,
        weights.findIndex((one) => (left -= one) < 0),
      )
    })
    expect(Math.abs(fitTemperature({ logits: many, truth: drawn, classCount }).temperature - 1.8)).toBeLessThan(0.05)
  })

  it('of a model that is never wrong ends at the lowest', () => {
    const found = fitTemperature({ logits: [3, 0, 0, 3], truth: [0, 1], classCount: 2 })
    expect(found).toMatchObject({ temperature: 0.01, atLimit: 'lowest', after: 0 })
  })

  it('of a model that is worse than chance ends at the highest', () => {
    const found = fitTemperature({ logits: [3, 0, 0, 3], truth: [1, 0], classCount: 2 })
    expect(found).toMatchObject({ temperature: 100, atLimit: 'highest' })
    expect(found.after).toBeGreaterThan(Math.LN2)
    expect(found.after).toBeLessThan(0.72)
  })

  it.each([
    ['logits that are all the same', [2, 2, 5, 5], [0, 1], 2, Math.LN2],
    ['one class', [4, -1], [0, 0], 1, 0],
  ])('leaves %s alone', (_, some, labels, classCount, likelihood) => {
    const found = fitTemperature({ logits: some, truth: labels, classCount })
    expect(found).toMatchObject({ temperature: 1, atLimit: null })
    expect(found.after).toBeCloseTo(likelihood, 12)
  })

  it('holds logits so large that their exponentials are not', () => {
    const found = fitTemperature({ logits: [900, 0, 900, 0, 0, 900], truth: [0, 1, 1], classCount: 2 })
    // Two of three right at a distance of 900 want T = 900 / ln 2, which is beyond the limit.
    expect(found).toMatchObject({ temperature: 100, atLimit: 'highest' })
    expect(Number.isFinite(found.before)).toBe(true)
  })

  it('pauses between passes', () => {
    const steps = fitTemperatureSteps(scaled(1))
    let taken = 0
    while (!steps.next().done) taken += 1
    expect(taken).toBeGreaterThan(2)
    expect(taken).toBeLessThan(30)
  })

  it.each([
    ['nobody', [], [], 2, /at least one student/],
    ['logits that do not pair up', [1, 2, 3], [0], 2, /3 logits/],
    ['NaN', [1, Number.NaN], [0], 2, /logits\[1\] is NaN/],
    ['infinity', [Infinity, 0], [0], 2, /logits\[0\] is Infinity/],
    ['a label that is none', [1, 2], [2], 2, /truth\[0\] is 2/],
  ])('refuses %s', (_, some, labels, classCount, message) => {
    expect(() => fitTemperature({ logits: some, truth: labels, classCount })).toThrow(message)
  })
})

describe('confidencesAt', () => {
  it("equals scipy's softmax", () => {
    const found = confidencesAt(logits, 3, 1.7)
    expect(found).toHaveLength(14)
    const expected = [0.759367383740898, 0.8782398159619348, 0.5978389284402532, 0.8468146852708689]
    expected.forEach((one, student) => expect(found[student]).toBeCloseTo(one, 12))
  })

  it('of nobody is empty, of huge logits 1', () => {
    expect(confidencesAt([], 3, 1)).toHaveLength(0)
    expect([...confidencesAt([2000, 0], 2, 1)]).toEqual([1])
  })
})
