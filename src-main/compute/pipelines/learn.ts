import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { FeatureBlock } from '#main/training/baselines/feature-blocks.ts'
import { largestIndex } from '#main/training/evaluate-split.ts'
import { judgeHeldOut } from '#main/training/learning/judge-held-out.ts'
import { learnHead } from '#main/training/learning/learn-head.ts'
import { linearHeadModel } from '#main/training/learning/linear-head-model.ts'
import { planFolds } from '#main/training/learning/plan-folds.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import type { LearnInput, LearnOutcome } from '../learn-protocol.ts'
import type { VectorRows } from '../protocol.ts'
import { driveSteps } from './drive-steps.ts'
import { findUnfamiliar } from './find-unfamiliar.ts'
import { makeOutputFolder, writeWhole } from './train-run-folder.ts'
import { openVectors } from './vector-rows.ts'

/** Vectors read at a time: some megabytes. */
const rowsAtOnce = 512
/** Folds and resamples are the same each time. */
const seed = 41

/**
 * Learns a head from labelled students and writes it to `out`. Students with a vector that is no number are left out. Throws AppError
 * `learning.one-class`, `features.*`, `training.write-failed`, and the signal's reason.
 */
export async function learn(input: LearnInput, signal: AbortSignal): Promise<LearnOutcome> {
  const { labels, scenes, classNames, nullIndex, vectors } = input
  const classes = classNames.length
  const whole: Float32Array[] = []
  for (const modality of vectors) whole.push(await readAll(modality, signal))
  const kept = [...labels.keys()].filter((row) => vectors.every(({ width }, at) => isUsable(whole[at]!, width, row)))
  const blocks = vectors.map(({ width }, at) => blockOf(whole[at]!, width, kept))
  const known = Int32Array.from(kept, (row) => labels[row]!)
  const photos = Uint32Array.from(kept, (row) => scenes[row]!)
  checkClasses(known, classNames)
  const folds = planFolds(known, photos, classes, seed)
  const plan = folds.judging
  const data = { rows: kept.length, blocks, labels: known, classes }
  const head = await runSteps(learnHead(data, folds), signal)
  const predicted = known.map((_, row) => largestIndex(head.heldOut.subarray(row * classes, (row + 1) * classes)))
  const judged = { labels: known, predicted, scenes: photos, classes, nullIndex, plan, seed }
  const figures = await runSteps(judgeHeldOut(judged), signal)
  const { out, version } = input
  makeOutputFolder(dirname(out))
  const modalities = vectors.map(({ name, width }) => ({ name, width }))
  await writeWhole(out, [linearHeadModel(head, { modalities, version, classNames })])
  const unfamiliar = await findUnfamiliar({ blocks, scales: head.scales, photos }, input.everybody, signal)
  const present = new Set(kept)
  return {
    ...figures,
    students: kept.length,
    leftOut: [...labels.keys()].filter((row) => !present.has(row)),
    heldOut: plan.heldOut,
    temperature: head.temperature,
    unfamiliar,
    heldOutLogits: spread(head.heldOut, kept, labels.length, classes),
    byOthers: spread(head.byOthers, kept, labels.length, classes, head.couldBeNamed),
  }
}

async function readAll(vectors: VectorRows, signal: AbortSignal): Promise<Float32Array> {
  const { width, rows } = vectors
  const values = new Float32Array(rows.length * width)
  const reader = openVectors(vectors)
  try {
    for (let first = 0; first < rows.length; first += rowsAtOnce) {
      values.set(reader.read(first, Math.min(first + rowsAtOnce, rows.length)), first * width)
      await setImmediate()
      signal.throwIfAborted()
    }
  } finally {
    reader.close()
  }
  return values
}

const isUsable = (values: Float32Array, width: number, row: number): boolean =>
  values.subarray(row * width, (row + 1) * width).every(Number.isFinite)

function blockOf(values: Float32Array, width: number, rows: readonly number[]): FeatureBlock {
  if (rows.length * width === values.length) return { width, values }
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, at) => kept.set(values.subarray(row * width, (row + 1) * width), at * width))
  return { width, values: kept }
}

function checkClasses(labels: Int32Array, classNames: readonly string[]): void {
  const present = [...new Set(labels)]
  if (present.length > 1) return
  const only = classNames[present[0] ?? 0] ?? ''
  throw new AppError(
    'learning.one-class',
    `All ${labels.length} students with usable features are ${only}, so there is nothing to tell apart. Label students of another class.`,
    { class: only, students: labels.length },
  )
}

async function runSteps<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
  const driven = driveSteps(steps, signal)
  for (;;) {
    const next = await driven.next()
    if (next.done) return next.value
  }
}

/** Rows of the kept students among all; NaN for the others, and for those of whom nothing fair can be said. [students, classes] */
function spread(
  values: Float64Array,
  kept: readonly number[],
  students: number,
  classes: number,
  isFair: readonly boolean[] | null = null,
): Float32Array {
  const spreadOut = new Float32Array(students * classes).fill(Number.NaN)
  kept.forEach((row, at) => {
    if (isFair?.[at] !== false) spreadOut.set(values.subarray(at * classes, (at + 1) * classes), row * classes)
  })
  return spreadOut
}
