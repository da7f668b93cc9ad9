import { describe, expect, test } from 'vitest'
import { baselinesOf, chosenBaselines } from '#main/training/baselines/baseline-list.ts'
import { baselineResult } from '#main/training/baselines/baseline-results.ts'
import { bilinearProduct } from '#main/training/baselines/bilinear.ts'
import { fitCalibratedSvm } from '#main/training/baselines/calibrated-svm.ts'
import { columnScale, standardised } from '#main/training/baselines/feature-blocks.ts'
import { baselineData, fitBaseline } from '#main/training/baselines/fit-baseline.ts'
import type { BaselineRows } from '#main/training/baselines/fit-baseline.ts'
import { fitSigmoid, sigmoidAt } from '#main/training/baselines/sigmoid-calibration.ts'
import { stratifiedFolds } from '#main/training/baselines/stratified-folds.ts'
import { createRandom } from '#main/training/random/random.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const names = (modalities: readonly string[]): string[] => baselinesOf(modalities).map(({ name }) => name)

describe('which baselines there are', () => {
  test('the paper’s on its two modalities', () => {
    expect(names(['grouprec', 'convnext', 'bbox_ctx', 'img_uid'])).toEqual([
      'logistic_grouprec',
      'logistic_convnext',
      'logistic_concat',
      'svm_grouprec',
      'svm_convnext',
      'svm_concat',
      'mlp_grouprec',
      'mlp_convnext',
      'mlp_concat',
      'late_fusion',
      'low_rank_bilinear',
    ])
  })

  test('one modality has nothing to be fused with', () => {
    expect(names(['mine'])).toEqual(['logistic_mine', 'svm_mine', 'mlp_mine'])
    expect(names(['img_uid'])).toEqual([])
  })

  test('of three, every pair is fused and the paper’s keeps its plain name', () => {
    expect(names(['grouprec', 'vit', 'convnext']).slice(12)).toEqual([
      'late_fusion_grouprec_vit',
      'late_fusion',
      'late_fusion_vit_convnext',
      'low_rank_bilinear_grouprec_vit',
      'low_rank_bilinear',
      'low_rank_bilinear_vit_convnext',
    ])
  })

  test('a name that is none is refused with those that are', () => {
    const all = baselinesOf(['mine'])
    expect(chosenBaselines(all, ['svm_mine']).map(({ name }) => name)).toEqual(['svm_mine'])
    expect(chosenBaselines(all, null)).toBe(all)
    const error = thrownAppError(() => chosenBaselines(all, ['svm_mine', 'svm_yours']))
    expect(error).toMatchObject({ code: 'baselines.unknown', details: { name: 'svm_yours' } })
    expect(error.message).toContain('logistic_mine')
  })
})

test('a column that never varies stays near 0 instead of dividing by it', () => {
  const block = { width: 2, values: Float32Array.of(1e6, 0, 1e6, 3, 1e6, 6) }
  const scale = columnScale(block, 3)
  expect([...scale.deviation]).toEqual([1, Math.sqrt(6)])
  expect([...standardised(block, scale).values.filter((_, index) => index % 2 === 0)]).toEqual([0, 0, 0])
})

describe('folds', () => {
  test('share out every class evenly, also one with fewer students than folds', () => {
    const labels = [4, 4, 1, 1, 1, 1, 4, 2, 1, 2]
    const foldOf = stratifiedFolds(labels, 3)
    const counts = (label: number): number[] =>
      [0, 1, 2].map((fold) => labels.filter((one, row) => one === label && foldOf[row] === fold).length)
    expect(counts(4)).toEqual([1, 1, 1])
    expect(counts(1).toSorted()).toEqual([1, 2, 2])
    expect(counts(2).toSorted()).toEqual([0, 1, 1])
  })
})

describe('a sigmoid', () => {
  test('that cannot tell anything gives the smoothed share', () => {
    const sigmoid = fitSigmoid([2, 2, 2, 2], [true, true, true, false])
    // Mean of the targets 4/5 · 3 and 1/3.
    expect(sigmoidAt(sigmoid, 2)).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 9)
  })

  test('of perfectly parted decisions stays finite and rises with them', () => {
    const sigmoid = fitSigmoid([-300, -200, 100, 500], [false, false, true, true])
    expect(sigmoidAt(sigmoid, -1e6)).toBeGreaterThanOrEqual(0)
    expect(sigmoidAt(sigmoid, 1e6)).toBeLessThanOrEqual(1)
    expect(sigmoidAt(sigmoid, 500)).toBeGreaterThan(sigmoidAt(sigmoid, -300))
  })
})

/** Students whose class shifts their vectors. */
function students(seed: number, count: number, classOf: (row: number) => number): BaselineRows {
  const random = createRandom(seed, 'students')
  const labels = Int32Array.from({ length: count }, (_, row) => classOf(row))
  const column = (width: number) => ({
    width,
    values: Float32Array.from({ length: count * width }, (_, at) => {
      const label = labels[Math.floor(at / width)]!
      return random.normal() + (at % width === label ? 6 : 0)
    }),
  })
  return {
    count,
    labels,
    columns: new Map([
      ['grouprec', column(6)],
      ['convnext', column(7)],
    ]),
  }
}

describe('every baseline', () => {
  const train = students(1, 150, (row) => row % 4)
  const held = students(2, 40, (row) => row % 4)
  const judge = { labels: held.labels, classes: 5, nullIndex: 3 }

  test.each(baselinesOf(['grouprec', 'convnext']).map((one) => [one.name, one] as const))(
    '%s learns what is there to learn, the same twice',
    (name, baseline) => {
      const probabilities = toTheEnd(fitBaseline(baseline, baselineData(train, held, 5, 41)))
      const again = toTheEnd(fitBaseline(baseline, baselineData(train, held, 5, 41)))
      expect(again).toEqual(probabilities)
      expect(probabilities.length).toBe(40 * 5)
      for (let row = 0; row < 40; row += 1) {
        const shares = probabilities.subarray(row * 5, row * 5 + 5)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        expect(shares[4]).toBe(0)
      }
      const result = baselineResult(baseline, probabilities, judge, 12)
      expect(result).toMatchObject({ name, modalities: baseline.modalities, elapsedMs: 12 })
      expect(result.accuracy).toBeGreaterThan(name.startsWith('low_rank') ? 60 : 90)
    },
  )

  test('late fusion does not fit the logistic regressions again', () => {
    const data = baselineData(train, held, 5, 41)
    const all = baselinesOf(['grouprec', 'convnext'])
    const fit = (name: string) =>
      toTheEnd(
        fitBaseline(
          all.find((one) => one.name === name)!,
          data,
        ),
      )
    const known = fit('logistic_convnext')
    fit('late_fusion')
    expect(data.logistic.get('convnext')).toBe(known)
    expect([...data.logistic.keys()].toSorted()).toEqual(['convnext', 'grouprec'])
  })
})

test('machines that have nobody to be calibrated on are refused', () => {
  const x = { rows: 2, blocks: [{ width: 1, values: Float32Array.of(0, 1) }] }
  const error = thrownAppError(() => toTheEnd(fitCalibratedSvm(x, Int32Array.of(0, 1), 2)))
  expect(error).toMatchObject({ code: 'baselines.too-few', details: { students: 2 } })
})

test('the same seed gives the same projections', () => {
  const x = { rows: 3, blocks: [{ width: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) }] }
  const valuesOf = (seed: number) => toTheEnd(bilinearProduct(seed, x, x).apply(x, x)).blocks[0]!.values
  expect(valuesOf(7)).toEqual(valuesOf(7))
  expect(valuesOf(7)).not.toEqual(valuesOf(8))
  // Two projections, not one squared.
  expect(valuesOf(7).some((value) => value < 0)).toBe(true)
})
