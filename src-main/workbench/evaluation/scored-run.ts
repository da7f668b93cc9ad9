import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { EvaluationInput } from '#shared/metrics/evaluate.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import type { RunRow } from '#main/store/tables/run.ts'
import { knownRun } from '../models/run-info.ts'
import { readOutcomes } from './read-outcomes.ts'

export interface ScoredRun {
  readonly run: RunRow
  readonly classes: readonly BehaviourClass[]
  /** Labels as places among `classes`. */
  readonly input: EvaluationInput
  /** Ids of the students of `input`, ascending. */
  readonly studentIds: readonly number[]
  readonly predictedStudents: number
}

/** One run against the labels in force, as the metrics take it, on all scenes or those named. Throws AppError `runs.unknown`. */
export async function scoredRun(store: Store, runId: number, sceneIds: readonly number[] | null): Promise<ScoredRun> {
  const run = knownRun(store, runId)
  const classes = listClasses(store)
  const outcomes = await readOutcomes(store, runId, sceneIds)
  const placeOf = classPlaces(classes)
  const nullPlace = classes.findIndex((one) => one.isNull)
  return {
    run,
    classes,
    input: {
      truth: outcomes.truth.map(placeOf),
      predicted: outcomes.predicted.map(placeOf),
      sceneOf: outcomes.sceneIds,
      classCount: classes.length,
      nullIndex: nullPlace < 0 ? null : nullPlace,
    },
    studentIds: outcomes.studentIds,
    predictedStudents: outcomes.predictedStudents,
  }
}

/** The metrics count from 0; a project's indices may have gaps. */
export function classPlaces(classes: readonly BehaviourClass[]): (index: number) => number {
  const places = new Map(classes.map((one, place) => [one.index, place]))
  return (index) => places.get(index) ?? -1
}
