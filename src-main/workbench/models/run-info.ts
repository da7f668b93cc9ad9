import { z } from 'zod'
import type { PredictionRow, RunInfo } from '#shared/contract/models.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { predictionsOfStudents, studentsOfRun } from '#main/store/tables/prediction.ts'
import { getRun, type RunRow } from '#main/store/tables/run.ts'
import { sceneLabels } from '#main/store/tables/scene.ts'
import { setImmediate } from 'node:timers/promises'

const omitted = z.array(z.object({ code: z.string(), reason: z.string(), count: z.int() }))
const gateModalities = z.array(z.string())

export function toRunInfo(run: RunRow): RunInfo {
  const {
    id,
    modelId,
    name,
    partial,
    provider,
    providerReason,
    appVersion,
    students,
    msPerStudent,
    batching,
    createdAt,
  } = run
  return {
    id,
    modelId,
    name,
    partial,
    provider,
    providerReason,
    appVersion,
    students,
    msPerStudent,
    createdAt,
    batching,
    omitted: omitted.parse(run.omitted),
    gateModalities: gateModalities.parse(run.gateModalities),
  }
}

/** Throws AppError `runs.unknown`. */
export function knownRun(store: Store, runId: number): RunRow {
  const run = getRun(store, runId)
  if (run) return run
  throw new AppError('runs.unknown', `There is no run ${runId} in this project. Choose one of its runs.`, { runId })
}

/** Predictions read at a time. */
const rowsAtOnce = 2000

/** Every prediction of a run, in import order. Throws AppError `runs.unknown`. */
export async function listPredictions(store: Store, runId: number): Promise<PredictionRow[]> {
  knownRun(store, runId)
  const labels = sceneLabels(store)
  const students = studentsOfRun(store, runId)
  const rows: PredictionRow[] = []
  for (let first = 0; first < students.length; first += rowsAtOnce) {
    for (const row of predictionsOfStudents(store, runId, students.slice(first, first + rowsAtOnce))) {
      const { sceneId, bboxId, classIndex, logits } = row
      rows.push({ scene: labels.get(sceneId) ?? '', bboxId, classIndex, logits: [...logits] })
    }
    await setImmediate()
  }
  return rows
}
