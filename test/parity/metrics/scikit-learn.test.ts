import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { confusionMatrix } from '#shared/metrics/confusion-matrix.ts'
import { evaluate } from '#shared/metrics/evaluate.ts'
import { cohenKappa } from '#shared/metrics/kappa.ts'

const list = z.array(z.number())
const vectors = z
  .array(
    z.object({
      y_true: list,
      y_pred: list,
      accuracy: z.number(),
      macro_f1: z.number(),
      weighted_f1: z.number(),
      accuracy_no_null: z.number(),
      macro_f1_no_null: z.number(),
      precision: list,
      recall: list,
      f1: list,
      support: list,
      confusion: z.array(list),
      kappa: z.number(),
    }),
  )
  .min(1)
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, '../../fixtures/metrics.json'), 'utf8')))

/**
 * Scikit-learn 1.2 figures of RAFNet's five classes; rates of whole vectors in percent, of single classes as shares.
 */
describe.each(vectors.map((vector, index) => [index, vector] as const))('scikit-learn vector %i', (_, expected) => {
  const { y_true: truth, y_pred: predicted } = expected
  const figures = evaluate({ truth, predicted, sceneOf: truth.map(() => 1), classCount: 5, nullIndex: 3 })

  it.each([
    ['accuracy', figures.accuracy, expected.accuracy],
    ['macro F1', figures.macroF1, expected.macro_f1],
    ['weighted F1', figures.weightedF1, expected.weighted_f1],
    ['accuracy no-null', figures.accuracyNoNull, expected.accuracy_no_null],
    ['macro F1 no-null', figures.macroF1NoNull, expected.macro_f1_no_null],
    ['kappa', cohenKappa(confusionMatrix(truth, predicted, 5)) ?? Number.NaN, expected.kappa],
  ])('%s', (_name, actual, wanted) => {
    expect(Math.abs(actual - wanted)).toBeLessThan(1e-9)
  })

  it.each(['precision', 'recall', 'f1', 'support'] as const)('%s of every class', (name) => {
    const unit = name === 'support' ? 1 : 100
    const differences = figures.perClass.map((figure, index) => figure[name] / unit - (expected[name][index] ?? NaN))
    expect(figures.perClass).toHaveLength(expected[name].length)
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-9)
  })

  it('confusion, rows are truth', () => {
    expect(figures.confusion).toEqual(expected.confusion)
  })
})
