import { describe, expect, it } from 'vitest'
import { clusteredPermutationTest } from '#shared/metrics/clustered-permutation.ts'
import { holmAdjusted } from '#shared/metrics/holm.ts'
import { mcNemar } from '#shared/metrics/mcnemar.ts'
import * as fixture from './comparison-fixture.ts'

const { truth, first, second, sceneOf, classCount, nullIndex } = fixture
const input = { truth, first, second, sceneOf, classCount, nullIndex }

describe('clusteredPermutationTest', () => {
  /** Difference and p over all 2⁶ exchanges of scenes, enumerated in Python with scikit-learn's figures. */
  it.each([
    ['accuracy', 20, 0.25],
    ['macroF1', 20.887445887445907, 0.125],
    ['weightedF1', 20.060606060606062, 0.25],
    ['macroF1NoNull', 15.805028305028294, 0.5],
    ['macroF1NonNullClasses', 21.073371073371064, 0.25],
    ['accuracyNoNull', 21.05263157894737, 0.5],
  ] as const)('%s, all exchanges', (figure, difference, pValue) => {
    const result = clusteredPermutationTest(input, { figure, seed: 1 })
    expect(result.difference).toBeCloseTo(difference, 9)
    expect(result).toMatchObject({ pValue, scenes: 6, permutations: 64, exact: true })
  })

  it('gives the opposite difference and the same p the other way round', () => {
    const there = clusteredPermutationTest(input, { figure: 'macroF1', seed: 1 })
    const back = clusteredPermutationTest({ ...input, first: second, second: first }, { figure: 'macroF1', seed: 1 })
    expect(back).toEqual({ ...there, difference: -there.difference })
  })

  it('comes near the exact p with seeded exchanges, and repeats them', () => {
    const many = { ...input, sceneOf: truth.map((_, student) => student) }
    const sampled = clusteredPermutationTest(many, { figure: 'accuracy', seed: 4, permutations: 4000 })
    expect(sampled).toMatchObject({ exact: false, permutations: 4000, scenes: 25 })
    // Only the first model is right about 7 students, only the second about 2: the exact binomial p is 92 / 512.
    expect(mcNemar(truth, first, second)).toMatchObject({ onlyFirst: 7, onlySecond: 2 })
    expect(Math.abs(sampled.pValue - 92 / 512)).toBeLessThan(0.035)
    expect(clusteredPermutationTest(many, { figure: 'accuracy', seed: 4, permutations: 4000 })).toEqual(sampled)
  })

  it('never says p = 0', () => {
    const students = Array.from({ length: 40 }, () => 0)
    const result = clusteredPermutationTest(
      {
        truth: students,
        first: students,
        second: students.map(() => 1),
        sceneOf: students.map((_, student) => student),
        classCount: 2,
        nullIndex: null,
      },
      { figure: 'accuracy', seed: 1, permutations: 99 },
    )
    expect(result).toMatchObject({ difference: 100, pValue: 0.01 })
  })

  it.each([
    ['equal models', { ...input, second: first }],
    ['one scene', { ...input, sceneOf: truth.map(() => 1) }],
    ['nobody', { ...input, truth: [], first: [], second: [], sceneOf: [] }],
  ])('has p = 1 for %s', (_, some) => {
    expect(clusteredPermutationTest(some, { figure: 'macroF1NoNull', seed: 1 }).pValue).toBe(1)
  })

  it('has no difference over nobody', () => {
    const nobody = { ...input, truth: [3], first: [3], second: [0], sceneOf: [1] }
    expect(clusteredPermutationTest(nobody, { figure: 'accuracyNoNull', seed: 1 }).difference).toBe(0)
  })

  it.each([
    ['no permutations', input, 0],
    ['predictions that do not pair up', { ...input, second: [1] }, 10],
    ['labels that are none', { ...input, first: first.with(0, Number.NaN) }, 10],
  ])('refuses %s', (_, wrong, permutations) => {
    expect(() => clusteredPermutationTest(wrong, { figure: 'accuracy', seed: 1, permutations })).toThrow(RangeError)
  })
})

describe('mcNemar', () => {
  /**
   * scipy 1.10: binomtest(b, b + c).pvalue; max(0, |b − c| − 1)² / (b + c) and chi2.sf of it with one degree of
   * freedom.
   */
  it.each([
    [0, 0, 1, 0, 1],
    [1, 0, 1, 0, 1],
    [5, 5, 1, 0, 1],
    [10, 2, 0.03857421875, 4.083333333333333, 0.04330814281079206],
    [3, 15, 0.007537841796875, 6.722222222222222, 0.009521891184098848],
    [200, 150, 0.008720036530555943, 6.86, 0.008814654904213312],
    [20000, 20500, 0.01315382511314424, 6.148172839506173, 0.013154794013892336],
    [0, 40, 1.8189894035458565e-12, 38.025, 6.984393061522137e-10],
  ])('%d only right by the first, %d only by the second', (onlyFirst, onlySecond, exactP, statistic, correctedP) => {
    const rows = [
      ...Array.from({ length: onlyFirst }, () => [1, 0]),
      ...Array.from({ length: onlySecond }, () => [0, 1]),
      [1, 1],
      [0, 0],
      [2, 0],
    ]
    const result = mcNemar(
      rows.map(() => 1),
      rows.map(([predicted = -1]) => predicted),
      rows.map(([, predicted = -1]) => predicted),
    )
    expect(result).toMatchObject({ onlyFirst, onlySecond })
    expect(result.statistic).toBeCloseTo(statistic, 12)
    expect(Math.abs(result.exactP / exactP - 1)).toBeLessThan(1e-9)
    expect(Math.abs(result.correctedP / correctedP - 1)).toBeLessThan(1e-11)
  })

  it('is undecided about nobody and refuses arrays that do not pair up', () => {
    expect(mcNemar([], [], [])).toMatchObject({ exactP: 1, correctedP: 1, statistic: 0 })
    expect(() => mcNemar([1], [1], [])).toThrow(RangeError)
  })
})

describe('holmAdjusted', () => {
  it.each([
    ['one', [0.03], [0.03]],
    ['none', [], []],
    // R 4: p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')
    ['four in any order', [0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]],
    ['ties', [0.02, 0.02, 0.02], [0.06, 0.06, 0.06]],
    ['at most 1', [0.9, 0.8, 0], [1, 1, 0]],
  ])('%s', (_, pValues, expected) => {
    const adjusted = holmAdjusted(pValues)
    expect(adjusted).toHaveLength(expected.length)
    adjusted.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 12))
  })

  it.each([[[0.5, Number.NaN]], [[-0.1]], [[1.1]]])('refuses %o', (pValues) => {
    expect(() => holmAdjusted(pValues)).toThrow(RangeError)
  })
})
