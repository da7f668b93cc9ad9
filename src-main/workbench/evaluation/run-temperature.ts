import { fitTemperatureSteps, type TemperatureFigures } from '#shared/metrics/temperature.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { newestLabel } from '#main/store/tables/label.ts'
import { scenesOfSplit } from '#main/store/tables/scene.ts'
import { presentStudents } from '#main/store/tables/student.ts'
import { readLabelledLogits, type RunLogits } from './read-labelled-logits.ts'
import { runInSteps } from './run-in-steps.ts'
import { classPlaces } from './scored-run.ts'

const nobody: TemperatureFigures = { temperature: 1, atLimit: null, before: 0, after: 0 }

/** The temperature that makes these labels likeliest; 1 over nobody. Throws AppError `job.cancelled` when aborted. */
export async function fitToLabels(store: Store, rows: RunLogits, signal: AbortSignal): Promise<TemperatureFigures> {
  if (rows.truth.length === 0) return nobody
  const classes = listClasses(store)
  const truth = rows.truth.map(classPlaces(classes))
  return runInSteps(fitTemperatureSteps({ logits: rows.logits, truth, classCount: classes.length }), signal)
}

/** What a run said of the labelled students of the split `val`; null where there are none. */
export async function readValidation(store: Store, runId: number, signal: AbortSignal): Promise<RunLogits | null> {
  const scenes = scenesOfSplit(store, 'val')
  if (scenes.length === 0) return null
  const rows = await readLabelledLogits(store, runId, scenes, signal)
  return rows.truth.length > 0 ? rows : null
}

export interface RunTemperature {
  readonly temperature: number
  readonly fittedOn: 'split val' | 'all labelled students'
}

/** The temperature of a run; null where nobody has both a label and a prediction. */
export type ReadTemperature = (store: Store, runId: number, signal: AbortSignal) => Promise<RunTemperature | null>

/** Runs looked at in turn. */
const capacity = 32

/** A run's temperature is fitted once, and again only after labels, students or splits have changed. */
export function createReadTemperature(): ReadTemperature {
  const known = new Map<string, RunTemperature | null>()
  return async (store, runId, signal) => {
    const state = [newestLabel(store), presentStudents(store, null), presentStudents(store, 'val')]
    const key = JSON.stringify([store.file, runId, state])
    const before = known.get(key)
    if (before !== undefined) return before
    const validation = await readValidation(store, runId, signal)
    const rows = validation ?? (await readLabelledLogits(store, runId, null, signal))
    const fittedOn = validation ? ('split val' as const) : ('all labelled students' as const)
    const { temperature } = await fitToLabels(store, rows, signal)
    known.set(key, rows.truth.length > 0 ? { temperature, fittedOn } : null)
    if (known.size > capacity) known.delete(known.keys().next().value!)
    return known.get(key) ?? null
  }
}
