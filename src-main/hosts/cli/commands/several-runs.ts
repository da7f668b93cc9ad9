import type { Evaluation } from '#shared/contract/evaluation.ts'
import { meanAndPopulationSd } from '#shared/metrics/mean-and-population-sd.ts'
import { percent, table } from '../output.ts'

/** RAFNet's names of the headline figures, and where each stands in an evaluation. */
const headline = {
  accuracy: (one: Evaluation) => one.accuracy.percent,
  accuracy_no_null: (one: Evaluation) => one.accuracyNoNull.percent,
  macro_f1: (one: Evaluation) => one.macroF1,
  macro_f1_no_null: (one: Evaluation) => one.macroF1NoNull,
  macro_f1_non_null_classes: (one: Evaluation) => one.macroF1NonNullClasses,
  weighted_f1: (one: Evaluation) => one.weightedF1,
} as const

const summaries = (runs: readonly Evaluation[]) =>
  Object.entries(headline).map(([name, figureOf]) => ({ name, ...meanAndPopulationSd(runs.map(figureOf)) }))

/** Mean and population standard deviation of every headline figure over runs, as RAFNet's tables over seeds. */
export const summaryJson = (runs: readonly Evaluation[]) =>
  Object.fromEntries(
    summaries(runs).map(({ name, count, mean, populationSd }) => [name, { count, mean, population_sd: populationSd }]),
  )

/** Every run in a row of its own, then mean ± population sd. */
export function severalLines(runs: readonly Evaluation[]): string[] {
  const names = Object.keys(headline)
  return table(
    ['run', 'students', ...names],
    [
      ...runs.map((one) => [
        one.model,
        String(one.students),
        ...Object.values(headline).map((figureOf) => percent(figureOf(one))),
      ]),
      [
        'mean ± population sd',
        '',
        ...summaries(runs).map(({ mean, populationSd }) => `${percent(mean)} ± ${percent(populationSd)}`),
      ],
    ],
  )
}
