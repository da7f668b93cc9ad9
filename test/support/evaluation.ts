import type { Evaluation } from '#shared/contract/evaluation.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'

/** Rows are truth. */
export const confusion = [
  [27, 0, 1, 0, 1],
  [0, 40, 1, 0, 3],
  [2, 3, 42, 0, 2],
  [3, 2, 3, 4, 1],
  [1, 0, 0, 0, 26],
]

const rate = (count: number, total: number) => ({
  count,
  total,
  percent: (100 * count) / total,
  interval: [40, 60] as const,
})

/** What the workbench would say of some run; `change` says what is different. */
export const anEvaluation = (change: Partial<Evaluation> = {}): Evaluation => ({
  runId: 1,
  model: 'm',
  provider: 'cpu',
  students: 162,
  accuracy: rate(139, 162),
  accuracyNoNull: rate(135, 149),
  macroF1: 79.64,
  macroF1NoNull: 90.48,
  macroF1NonNullClasses: 90.48,
  weightedF1: 84.69,
  classes: rafnetClasses.map((one) => ({
    class: one,
    precision: 50,
    recall: 50,
    f1: 50,
    support: 10,
    recallInterval: [40, 60] as const,
    precisionInterval: [40, 60] as const,
  })),
  confusion,
  scenes: [],
  withoutLabel: 0,
  withoutPrediction: 0,
  ...change,
})
