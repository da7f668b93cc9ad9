import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fitCalibratedSvm, svmProbabilities } from '#main/training/baselines/calibrated-svm.ts'
import { columnScale, standardised } from '#main/training/baselines/feature-blocks.ts'
import type { FeatureBlocks } from '#main/training/baselines/feature-blocks.ts'
import { fitLinearSvm, svmDecisions } from '#main/training/baselines/linear-svm.ts'
import { fitLogistic, logisticProbabilities } from '#main/training/baselines/logistic-regression.ts'
import { stratifiedFolds } from '#main/training/baselines/stratified-folds.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const matrix = z.array(z.array(z.number()))
const list = z.array(z.number())
const rows = z.object({ features: matrix, labels: z.array(z.int()) })
const oneCase = z.object({
  mean: list,
  deviation: list,
  folds: z.array(z.int()),
  logistic: z.object({ coefficients: matrix, intercepts: list, probabilities: matrix }),
  svm: z.object({ decisions: z.union([matrix, list]), probabilities: matrix }),
})
const fixture = z
  .object({
    widths: z.object({ grouprec: z.int(), convnext: z.int() }),
    train: rows,
    test: rows,
    five_classes: oneCase,
    two_classes: oneCase,
    late_fusion: z.object({ probabilities: matrix }),
  })
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, '../../fixtures/baselines/scikit-learn.json'), 'utf8')))

type Rows = z.infer<typeof rows>

const { grouprec, convnext } = fixture.widths
/** Columns of each modality. */
const columnsOf = [
  [0, grouprec],
  [grouprec, grouprec + convnext],
] as const

/** Both sets as two modalities, standardised on train. */
function standardise(
  train: Rows,
  test: Rows,
  parts: readonly (readonly [number, number])[],
): [FeatureBlocks, FeatureBlocks] {
  const blocksOf = ({ features }: Rows) =>
    parts.map(([from, to]) => ({
      width: to - from,
      values: Float32Array.from(features.flatMap((row) => row.slice(from, to))),
    }))
  const scales = blocksOf(train).map((block) => columnScale(block, train.features.length))
  const scaled = (set: Rows): FeatureBlocks => ({
    rows: set.features.length,
    blocks: blocksOf(set).map((block, index) => standardised(block, scales[index]!)),
  })
  return [scaled(train), scaled(test)]
}

const only = (set: Rows, classes: number): Rows => {
  const kept = [...set.labels.keys()].filter((row) => set.labels[row]! < classes)
  return { features: kept.map((row) => set.features[row]!), labels: kept.map((row) => set.labels[row]!) }
}

/** max|a − b| / max|b| over the whole array. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length)
  const most = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! - value))) / most
}

const tight = 1e-9

describe.each([
  ['five classes', fixture.five_classes, 5],
  ['two classes', fixture.two_classes, 2],
] as const)('scikit-learn on %s', (_, expected, classes) => {
  const train = only(fixture.train, classes)
  const test = only(fixture.test, classes)
  const [x, unseen] = standardise(train, test, columnsOf)
  const labels = Int32Array.from(train.labels)

  it('standardises on train, a column that never varies by 1', () => {
    const whole = {
      width: grouprec + convnext,
      values: Float32Array.from(train.features.flat()),
    }
    const { mean, deviation } = columnScale(whole, train.features.length)
    expect(relativeError(mean, expected.mean)).toBeLessThan(1e-6)
    expect(relativeError(deviation, expected.deviation)).toBeLessThan(1e-6)
    expect(deviation[4]).toBe(1)
  })

  it('finds the same logistic regression', () => {
    const model = toTheEnd(fitLogistic(x, labels, classes, { tolerance: tight }))
    expect(model.converged).toBe(true)
    const probabilities = toTheEnd(logisticProbabilities(model, unseen))
    expect(relativeError(probabilities, expected.logistic.probabilities.flat())).toBeLessThan(1e-4)
    if (classes === 2) return
    const width = (grouprec + convnext) * classes
    expect(relativeError(model.weights.subarray(0, width), expected.logistic.coefficients.flat())).toBeLessThan(1e-4)
    expect(relativeError(model.weights.subarray(width), expected.logistic.intercepts)).toBeLessThan(1e-4)
  })

  it('deals the same folds', () => {
    expect([...stratifiedFolds(train.labels, 3)]).toEqual(expected.folds)
  })

  it('finds the same support vector machines', () => {
    const model = toTheEnd(fitLinearSvm(x, labels, classes, tight))
    expect(relativeError(toTheEnd(svmDecisions(model, unseen)), expected.svm.decisions.flat())).toBeLessThan(1e-3)
  })

  it('calibrates them to the same probabilities', () => {
    const model = toTheEnd(fitCalibratedSvm(x, labels, classes, tight))
    const probabilities = toTheEnd(svmProbabilities(model, unseen))
    expect(relativeError(probabilities, expected.svm.probabilities.flat())).toBeLessThan(1e-3)
  })

  it('stops where it usually stops close enough to choose the same classes', () => {
    const probabilities = toTheEnd(logisticProbabilities(toTheEnd(fitLogistic(x, labels, classes)), unseen))
    const machines = toTheEnd(svmProbabilities(toTheEnd(fitCalibratedSvm(x, labels, classes)), unseen))
    expect(relativeError(probabilities, expected.logistic.probabilities.flat())).toBeLessThan(1e-4)
    expect(relativeError(machines, expected.svm.probabilities.flat())).toBeLessThan(1e-3)
  })
})

it('late fusion is the mean of the two modalities', () => {
  const parts = columnsOf.map((part) => {
    const [x, unseen] = standardise(fixture.train, fixture.test, [part])
    return toTheEnd(logisticProbabilities(toTheEnd(fitLogistic(x, Int32Array.from(fixture.train.labels), 5)), unseen))
  })
  const mean = parts[0]!.map((value, index) => (value + parts[1]![index]!) / 2)
  expect(relativeError(mean, fixture.late_fusion.probabilities.flat())).toBeLessThan(1e-4)
})
