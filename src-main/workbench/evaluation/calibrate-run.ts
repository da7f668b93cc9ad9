import type { Calibration, Reliability } from '#shared/contract/evaluation.ts'
import { calibration } from '#shared/metrics/calibration.ts'
import { confidencesAt, fitTemperatureSteps, type TemperatureFigures } from '#shared/metrics/temperature.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { knownRun } from '../models/run-info.ts'
import { readLabelledLogits } from './read-labelled-logits.ts'
import { runInSteps } from './run-in-steps.ts'
import { classPlaces } from './scored-run.ts'

const nobody: TemperatureFigures = { temperature: 1, atLimit: null, before: 0, after: 0 }

/**
 * How far a run's confidences can be believed, as they are and with the logits divided by the temperature fitted to the labels
 * in force. Throws AppError `runs.unknown` and, when aborted, `job.cancelled`.
 */
export async function calibrateRun(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<Calibration> {
  const run = knownRun(store, runId)
  const classes = listClasses(store)
  const { truth, predicted, logits } = await readLabelledLogits(store, runId, sceneIds, signal)
  const places = truth.map(classPlaces(classes))
  const fit = { logits, truth: places, classCount: classes.length }
  const figures = truth.length > 0 ? await runInSteps(fitTemperatureSteps(fit), signal) : nobody
  const correct = truth.map((label, student) => label === predicted[student])
  const reliability = (temperature: number, negativeLogLikelihood: number): Reliability => ({
    ...calibration(confidencesAt(logits, classes.length, temperature), correct),
    negativeLogLikelihood,
  })
  return {
    runId,
    model: run.name,
    students: truth.length,
    temperature: figures.temperature,
    atLimit: figures.atLimit,
    asPredicted: reliability(1, figures.before),
    scaled: reliability(figures.temperature, figures.after),
  }
}
