import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'
import { mixedLogits } from '#shared/metrics/ensemble-weights.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'
import type { Store } from '#main/store/store.ts'
import { largestStudentId } from '#main/store/tables/opinion.ts'
import { insertPrediction, logitsBetween, type StudentLogits } from '#main/store/tables/prediction.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import { argmax, softmax } from '../inference/softmax.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { commonIds } from './shared-students.ts'

/** Students mixed in one go: some 10 ms of reading for every member. */
const studentsAtOnce = 2000

export interface Mixture {
  readonly runIds: readonly number[]
  /** Sum to 1. [members] */
  readonly weights: readonly number[]
  readonly classes: number
}

/**
 * Writes the weighted mean of the members' logits as predictions of `runId`, for the students that all of them have. Throws AppError
 * `job.cancelled`; whoever calls then removes what is written.
 */
export async function writeMixture(
  store: Store,
  runId: number,
  { runIds, weights, classes }: Mixture,
  job: JobContext,
): Promise<{ readonly students: number; readonly leftOut: number }> {
  const last = largestStudentId(store)
  let students = 0
  let leftOut = 0
  for (let after = 0; after < last; after += studentsAtOnce) {
    job.progress(Math.min(after, last), last)
    const members: StudentLogits[] = []
    for (const member of runIds) {
      members.push(logitsBetween(store, member, after, after + studentsAtOnce))
      await setImmediate()
      if (job.signal.aborted) throw cancelled()
    }
    const ids = members.map((one) => one.studentIds).reduce(commonIds)
    leftOut += new Set(members.flatMap((one) => one.studentIds)).size - ids.length
    students += ids.length
    const mixed = mixRows(members, ids, weights, classes)
    const write = (studentId: number, row: number): void => {
      const logits = mixed.subarray(row * classes, (row + 1) * classes)
      const classIndex = argmax(logits)
      const confidence = softmax(logits)[classIndex] ?? 0
      insertPrediction(store, { runId, studentId, classIndex, confidence, logits, gate: null })
    }
    await writeInSteps(store, ids, write, { signal: job.signal })
  }
  job.progress(last, last)
  return { students, leftOut }
}

function mixRows(
  members: readonly StudentLogits[],
  ids: readonly number[],
  weights: readonly number[],
  classes: number,
): Float32Array {
  const rows = members.map(({ studentIds, logits }) => {
    const placeOf = new Map(studentIds.map((id, place) => [id, place]))
    const own = new Float32Array(ids.length * classes)
    for (const [row, id] of ids.entries()) own.set(logits[placeOf.get(id) ?? -1] ?? [], row * classes)
    return own
  })
  return toTheEnd(mixedLogits({ members: rows, classCount: classes }, weights))
}
