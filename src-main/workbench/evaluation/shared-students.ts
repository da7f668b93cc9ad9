import type { ComparedRun } from '#shared/contract/evaluation.ts'
import { evaluate, type EvaluationFigures } from '#shared/metrics/evaluate.ts'
import { createBreath } from '../exchange/breath.ts'
import type { ScoredRun } from './scored-run.ts'

/** Students with a label in force and a prediction of every run, ascending by id. [students] each */
export interface SharedStudents {
  readonly truth: readonly number[]
  readonly sceneOf: readonly number[]
  /** One per run. */
  readonly predicted: readonly (readonly number[])[]
  readonly classCount: number
  readonly nullIndex: number | null
}

/** The students that all runs have. Throws AppError `job.cancelled` on abort. */
export async function sharedStudents(runs: readonly ScoredRun[], signal: AbortSignal): Promise<SharedStudents> {
  const breath = createBreath(signal)
  const [first] = runs
  if (!first) throw new RangeError('no runs to share students')
  let ids = first.studentIds
  for (const { studentIds } of runs.slice(1)) {
    ids = commonIds(ids, studentIds)
    await breath()
  }
  const predicted: number[][] = []
  for (const { studentIds, input } of runs) {
    predicted.push(valuesOf(ids, studentIds, input.predicted))
    await breath()
  }
  const { truth, sceneOf, classCount, nullIndex } = first.input
  return {
    truth: valuesOf(ids, first.studentIds, truth),
    sceneOf: valuesOf(ids, first.studentIds, sceneOf),
    predicted,
    classCount,
    nullIndex,
  }
}

/** Both ascend. */
export function commonIds(one: readonly number[], other: readonly number[]): number[] {
  let at = 0
  return one.filter((id) => {
    while ((other[at] ?? Infinity) < id) at += 1
    return other[at] === id
  })
}

/** The values of some of the students; both lists of ids ascend. */
export function valuesOf(ids: readonly number[], all: readonly number[], values: ArrayLike<number>): number[] {
  let at = 0
  return ids.map((id) => {
    while ((all[at] ?? Infinity) < id) at += 1
    return values[at] ?? 0
  })
}

/** Every figure of one of the runs, by its place, on the students they share. */
export const sharedFigures = (shared: SharedStudents, place: number): EvaluationFigures =>
  evaluate({ ...shared, predicted: shared.predicted[place] ?? [] })

/** A run with its headline figures. */
export function comparedRun({ run }: ScoredRun, figures: EvaluationFigures): ComparedRun {
  const { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 } = figures
  return {
    runId: run.id,
    model: run.name,
    figures: { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 },
  }
}
