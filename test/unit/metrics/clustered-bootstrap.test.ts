import { describe, expect, it } from 'vitest'
import { clusteredBootstrap } from '#shared/metrics/clustered-bootstrap.ts'
import { evaluate } from '#shared/metrics/evaluate.ts'
import { figureNames } from '#shared/metrics/headline-figures.ts'
import { percentileInterval } from '#shared/metrics/percentile-interval.ts'
import { classCount, nullIndex, sceneOf, second, truth } from './comparison-fixture.ts'

describe('percentileInterval', () => {
  const values = [3.5, -1, 2, 2, 7, 10, 4.25]

  it("equals numpy's quantiles", () => {
    const [low, high] = percentileInterval(values)
    expect([low, high].map((bound) => bound.toFixed(10))).toEqual(['-0.5500000000', '9.5500000000'])
    expect(percentileInterval(values, 0.9)[1]).toBeCloseTo(9.1, 12)
  })

  it('of one value is that value, and leaves the values in their order', () => {
    expect(percentileInterval([4])).toEqual([4, 4])
    expect(percentileInterval(Object.freeze([2, 1]))[0]).toBeCloseTo(1.025, 12)
  })

  it.each([
    [[], 0.95],
    [[1, Number.NaN], 0.95],
    [[1], 0],
    [[1], 1],
  ])('refuses %o at %d', (wrong, confidence) => {
    expect(() => percentileInterval(wrong, confidence)).toThrow(RangeError)
  })
})

describe('clusteredBootstrap', () => {
  const input = { truth, predicted: second, sceneOf, classCount, nullIndex }

  /**
   * Bounds between the 2nd and 3rd, and the 97th and 98th percentiles of all 6⁶ = 46,656 resamples of the six scenes,
   * enumerated in Python with scikit-learn's figures.
   */
  it.each([
    ['accuracy', [52.38095238, 54.54545455], [85.71428571, 86.95652174]],
    ['macroF1', [49.78991597, 50.625], [83.75, 84.72222222]],
    ['macroF1NoNull', [36.25, 36.97802198], [87.5, 89.62962963]],
    ['macroF1NonNullClasses', [48.33333333, 49.3040293], [91.11111111, 92.48366013]],
  ] as const)('%s lies where the whole bootstrap distribution says', (name, low, high) => {
    const interval = clusteredBootstrap(input, { seed: 12, resamples: 20_000 }).intervals[name]
    expect(interval?.[0]).toBeGreaterThan(low[0] - 1e-6)
    expect(interval?.[0]).toBeLessThan(low[1] + 1e-6)
    expect(interval?.[1]).toBeGreaterThan(high[0] - 1e-6)
    expect(interval?.[1]).toBeLessThan(high[1] + 1e-6)
  })

  it('is the same for the same seed and not for another', () => {
    const figures = clusteredBootstrap(input, { seed: 1, resamples: 200 })
    expect(clusteredBootstrap(input, { seed: 1, resamples: 200 })).toEqual(figures)
    expect(clusteredBootstrap(input, { seed: 2, resamples: 200 })).not.toEqual(figures)
  })

  it('gives every class its F1, none to a class that is nowhere', () => {
    const { classF1 } = clusteredBootstrap({ ...input, classCount: classCount + 1 }, { seed: 12 })
    expect(classF1).toHaveLength(classCount + 1)
    expect(classF1.at(-1)).toBeNull()
    const perClass = evaluate(input).perClass
    for (const [index, interval] of classF1.slice(0, -1).entries()) {
      expect(interval?.[0]).toBeLessThanOrEqual(perClass[index]!.f1)
      expect(interval?.[1]).toBeGreaterThanOrEqual(perClass[index]!.f1)
    }
  })

  it('takes a class that is always right, always wrong or in half of the scenes for what it is', () => {
    const rows = [0, 0, 1, 1, 2, 2, 3, 3]
    const { classF1 } = clusteredBootstrap(
      {
        truth: [0, 1, 0, 1, 0, 1, 0, 2],
        predicted: [0, 0, 0, 0, 0, 0, 0, 2],
        sceneOf: rows,
        classCount: 3,
        nullIndex: null,
      },
      { seed: 3 },
    )
    expect(classF1).toEqual([
      // No draw of the last scene (31 % of resamples), and three of four (5 %).
      [expect.closeTo(200 / 3, 9), expect.closeTo(800 / 9, 9)],
      [0, 0],
      [100, 100],
    ])
  })

  it('is narrower at less confidence', () => {
    const [low = 0, high = 0] = clusteredBootstrap(input, { seed: 1, confidence: 0.5 }).intervals.accuracy ?? []
    const [low95 = 0, high95 = 0] = clusteredBootstrap(input, { seed: 1 }).intervals.accuracy ?? []
    expect(low).toBeGreaterThan(low95)
    expect(high).toBeLessThan(high95)
  })

  it('keeps whole scenes together: scenes that are all right or all wrong give a wide interval', () => {
    const scenes = Array.from({ length: 4 }, (_, scene) => scene)
    const rows = scenes.flatMap((scene) => Array.from({ length: 100 }, () => scene))
    const predicted = rows.map((scene) => scene % 2)
    const clustered = clusteredBootstrap(
      { truth: rows.map(() => 1), predicted, sceneOf: rows, classCount: 2, nullIndex: null },
      { seed: 5 },
    )
    expect(clustered.intervals.accuracy).toEqual([0, 100])
  })

  it.each([
    ['nobody', [], []],
    ['one scene', [0, 1, 1], [9, 9, 9]],
  ])('has no intervals for %s', (_, labels, scenes) => {
    const { intervals } = clusteredBootstrap(
      { truth: labels, predicted: labels, sceneOf: scenes, classCount: 2, nullIndex: null },
      { seed: 1 },
    )
    for (const name of figureNames) expect(intervals[name]).toBeNull()
  })

  it('leaves draws without a non-Null student out of the no-null figures', () => {
    const some = { truth: [0, 1, 1], predicted: [0, 1, 0], sceneOf: [1, 2, 3], classCount: 2, nullIndex: 1 }
    expect(clusteredBootstrap(some, { seed: 1 }).intervals.accuracyNoNull).toEqual([100, 100])
    const none = { ...some, truth: [1, 1, 1] }
    expect(clusteredBootstrap(none, { seed: 1 }).intervals).toMatchObject({ accuracyNoNull: null, macroF1NoNull: null })
    expect(clusteredBootstrap(none, { seed: 1 }).intervals.accuracy).not.toBeNull()
  })

  it.each([
    ['no resamples', input, { seed: 1, resamples: 0 }],
    ['a confidence of 1', input, { seed: 1, confidence: 1 }],
    ['a seed that is none', input, { seed: -1 }],
    ['labels that are none', { ...input, truth: truth.with(0, 4) }, { seed: 1 }],
    ['scenes that do not pair up', { ...input, sceneOf: [1] }, { seed: 1 }],
    ['a Null class that is none', { ...input, nullIndex: 9 }, { seed: 1 }],
  ])('refuses %s', (_, wrong, options) => {
    expect(() => clusteredBootstrap(wrong, options)).toThrow(RangeError)
  })
})
