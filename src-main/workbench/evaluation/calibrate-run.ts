import type { Calibration, Reliability } from '#shared/contract/evaluation.ts'
import { calibration } from '#shared/metrics/calibration.ts'
import { confidencesAt, negativeLogLikelihoodAt } from '#shared/metrics/temperature.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { allSceneIds, scenesOfSplit } from '#main/store/tables/scene.ts'
import { knownRun } from '../models/run-info.ts'
import { readLabelledLogits, type RunLogits } from './read-labelled-logits.ts'
import { fitToLabels, readValidation } from './run-temperature.ts'
import { classPlaces } from './scored-run.ts'

/**
 * How far a run's confidences can be believed, as they are and with the logits divided by a temperature. It is fitted to the split `val`
 * and judged on everybody else, where there are labels in both; else fitted to the students that it is judged on. Throws AppError
 * `runs.unknown` and, when aborted, `job.cancelled`.
 */
export async function calibrateRun(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<Calibration> {
  const run = knownRun(store, runId)
  const classCount = listClasses(store).length
  const validation = await readValidation(store, runId, signal)
  const others = validation && (await readOthers(store, runId, sceneIds, signal))
  const judged = others ?? (await readLabelledLogits(store, runId, sceneIds, signal))
  const fitted = (others && validation) ?? judged
  const { truth, predicted, logits } = judged
  const { temperature, atLimit } = await fitToLabels(store, fitted, signal)
  const places = truth.map(classPlaces(listClasses(store)))
  const correct = truth.map((label, student) => label === predicted[student])
  const reliability = (at: number): Reliability => ({
    ...calibration(confidencesAt(logits, classCount, at), correct),
    negativeLogLikelihood: negativeLogLikelihoodAt({ logits, truth: places, classCount }, at),
  })
  return {
    runId,
    model: run.name,
    students: truth.length,
    fittedOn: others ? 'split val' : 'the same students',
    fittedStudents: fitted.truth.length,
    temperature,
    atLimit,
    asPredicted: reliability(1),
    scaled: reliability(temperature),
  }
}

/** What the run said of those who were asked for and are not of the split `val`; null where nobody of them has a label. */
async function readOthers(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<RunLogits | null> {
  const validation = new Set(scenesOfSplit(store, 'val'))
  const others = (sceneIds ?? allSceneIds(store)).filter((id) => !validation.has(id))
  const rows = await readLabelledLogits(store, runId, others, signal)
  return rows.truth.length > 0 ? rows : null
}
