import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type { EnsembleResult } from '#shared/contract/evaluation.ts'
import { searchWeightsSteps, type WeightSearchInput } from '#shared/metrics/ensemble-weights.ts'
import type { Store } from '#main/store/store.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { listSplits, scenesOfSplit } from '#main/store/tables/scene.ts'
import { createBreath } from '../exchange/breath.ts'
import type { EnsembleMember } from './ensemble-members.ts'
import { resamplingSeed } from './figure-intervals.ts'
import { readLabelledLogits, type LabelledLogits } from './read-labelled-logits.ts'
import { runInSteps } from './run-in-steps.ts'
import { classPlaces } from './scored-run.ts'
import { commonIds, valuesOf } from './shared-students.ts'

export interface SearchedWeights {
  readonly weights: readonly number[]
  readonly search: NonNullable<EnsembleResult['search']>
}

/**
 * The weights with the highest macro F1 (no-null) on the labelled students of a split that all members have; `''` takes all labelled
 * students. Throws AppError `ensemble.split-unknown`, `ensemble.nothing-to-search` and, when aborted, `job.cancelled`.
 */
export async function searchOnSplit(
  store: Store,
  members: readonly EnsembleMember[],
  split: string,
  signal: AbortSignal,
): Promise<SearchedWeights> {
  const sceneIds = split === '' ? null : knownSplit(store, split)
  const read: LabelledLogits[] = []
  for (const { run } of members) {
    read.push(await readLabelledLogits(store, run.id, sceneIds, signal))
    // The last turn of reading joins all that was read.
    await setImmediate()
  }
  const input = await alignedLogits(store, read, signal)
  const students = input.truth.length
  if (input.truth.every((place) => place === input.nullIndex)) throw nothingToSearch(split)
  const found = await runInSteps(searchWeightsSteps(input, { seed: resamplingSeed }), signal)
  const { weights, tried, equal, best } = found
  return { weights, search: { split, students, tried, equalMacroF1NoNull: equal, bestMacroF1NoNull: best } }
}

function knownSplit(store: Store, split: string): number[] {
  const sceneIds = scenesOfSplit(store, split)
  if (sceneIds.length > 0) return sceneIds
  const splits = listSplits(store)
  throw new AppError(
    'ensemble.split-unknown',
    `No photo belongs to the split "${split}". There are ${splits.join(', ') || 'none'}.`,
    { split, splits },
  )
}

const nothingToSearch = (split: string): AppError =>
  new AppError(
    'ensemble.nothing-to-search',
    `No student${split === '' ? '' : ` of ${split}`} has a label other than Null and a prediction of every member, so nothing tells better weights from worse ones. Label some, or give the weights yourself.`,
    { split },
  )

/** The logits of the students that all members have, labels as places among the classes. */
async function alignedLogits(
  store: Store,
  read: readonly LabelledLogits[],
  signal: AbortSignal,
): Promise<WeightSearchInput & { readonly truth: readonly number[] }> {
  const classes = listClasses(store)
  const breath = createBreath(signal)
  let ids = read[0]?.studentIds ?? []
  for (const { studentIds } of read.slice(1)) {
    ids = commonIds(ids, studentIds)
    await breath()
  }
  const members: Float32Array[] = []
  for (const one of read) {
    members.push(rowsOf(one, ids, classes.length))
    await breath()
  }
  const [first] = read
  const truth = valuesOf(ids, first?.studentIds ?? [], first?.truth ?? []).map(classPlaces(classes))
  await breath()
  const nullPlace = classes.findIndex((one) => one.isNull)
  return { members, truth, classCount: classes.length, nullIndex: nullPlace < 0 ? null : nullPlace }
}

/** The logits of some of the students, row by row; both lists of ids ascend. */
function rowsOf({ studentIds, logits }: LabelledLogits, ids: readonly number[], classes: number): Float32Array {
  const rows = new Float32Array(ids.length * classes)
  let at = 0
  for (const [row, id] of ids.entries()) {
    while ((studentIds[at] ?? Infinity) < id) at += 1
    rows.set(logits.subarray(at * classes, (at + 1) * classes), row * classes)
  }
  return rows
}
