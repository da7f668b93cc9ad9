import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { labelledLogitsAfter } from '#main/store/tables/outcome.ts'
import { floatsOf } from '#main/store/tables/prediction.ts'

/** Rows read at a time: 10 ms or so. */
const rowsAtOnce = 4000

export interface RunLogits {
  /** Class indices of the project. [students] */
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
  /** Row by row. [students, classes] */
  readonly logits: Float32Array
}

export interface LabelledLogits extends RunLogits {
  /** Ascending. [students] */
  readonly studentIds: readonly number[]
}

/**
 * Labels in force and logits of every student who has both, in id order; those of `sceneIds` only, where given. Throws AppError
 * `job.cancelled` once the signal is aborted.
 */
export async function readLabelledLogits(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<LabelledLogits> {
  const wanted = sceneIds && new Set(sceneIds)
  const studentIds: number[] = []
  const truth: number[] = []
  const predicted: number[] = []
  const chunks: Float32Array[] = []
  for (let after = 0; ;) {
    const rows = labelledLogitsAfter(store, runId, after, rowsAtOnce)
    for (const row of rows) {
      if (wanted?.has(row.sceneId) === false) continue
      studentIds.push(row.studentId)
      truth.push(row.truth)
      predicted.push(row.predicted)
      chunks.push(floatsOf(row.logits))
    }
    if (rows.length < rowsAtOnce) return { studentIds, truth, predicted, logits: joined(chunks) }
    after = rows.at(-1)?.studentId ?? after
    await setImmediate()
    if (signal.aborted) throw cancelled()
  }
}

function joined(chunks: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
