import type { BaselineResult, SeedSpread, TrainingData, TrainingInfo } from '#shared/contract/training.ts'
import type { BaselineSet } from '../../stores/baselines.ts'

/** A finished training or a baseline, side by side. */
export interface ComparisonRow {
  readonly key: string
  readonly name: string
  readonly isBaseline: boolean
  readonly trainingId: number | null
  readonly data: TrainingData
  /** Students of the test split: rows with others do not compare. */
  readonly testStudents: number | null
  /** Test macro F1 (no-null) of every seed. */
  readonly values: readonly number[]
  readonly macroF1NoNull: SeedSpread
  readonly macroF1: SeedSpread
  readonly accuracy: SeedSpread
}

const single = (value: number): SeedSpread => ({ mean: value, std: 0 })

function trainingRow(training: TrainingInfo): ComparisonRow[] {
  if (!training.summary) return []
  const { test, seeds } = training.summary
  return [
    {
      key: `training ${training.id}`,
      name: training.name,
      isBaseline: false,
      trainingId: training.id,
      data: training.order.data,
      testStudents: training.students?.test ?? null,
      values: seeds.map((one) => one.test.macroF1NoNull),
      macroF1NoNull: test.macroF1NoNull,
      macroF1: test.macroF1,
      accuracy: test.accuracy,
    },
  ]
}

const baselineRow = ({ source, plan }: BaselineSet, result: BaselineResult): ComparisonRow => ({
  key: `baseline ${JSON.stringify(source)} ${result.name}`,
  name: result.name,
  isBaseline: true,
  trainingId: null,
  data: source.data,
  testStudents: plan?.splits.test.students ?? null,
  values: [result.macroF1NoNull],
  macroF1NoNull: single(result.macroF1NoNull),
  macroF1: single(result.macroF1),
  accuracy: single(result.accuracy),
})

/** Every finished training and every baseline, best first by the paper's metric. */
export const comparisonRows = (
  trainings: readonly TrainingInfo[],
  baselines: readonly BaselineSet[],
): readonly ComparisonRow[] =>
  [
    ...trainings.flatMap(trainingRow),
    ...baselines.flatMap((set) => set.results.map((result) => baselineRow(set, result))),
  ].sort((one, other) => other.macroF1NoNull.mean - one.macroF1NoNull.mean)
