import { setImmediate } from 'node:timers/promises'
import { AppError } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { largestStudentId, opinionsBetween } from '#main/store/tables/opinion.ts'

/** Students read at a time: 10 ms or so. */
const studentsAtOnce = 4000

/** What each annotator last said of a student, by annotator. */
export type Opinions = ReadonlyMap<string, number>

/**
 * The standing opinions on every student of whom somebody said something, those of `sceneIds` only where given. Throws AppError
 * `job.cancelled` once the signal is aborted.
 */
export async function readOpinions(
  store: Store,
  sceneIds: readonly number[] | null,
  signal: AbortSignal,
): Promise<Opinions[]> {
  const wanted = sceneIds && new Set(sceneIds)
  const last = largestStudentId(store)
  const students = new Map<number, Map<string, number>>()
  for (let after = 0; after < last; after += studentsAtOnce) {
    for (const { studentId, sceneId, annotator, classIndex } of opinionsBetween(store, after, after + studentsAtOnce)) {
      if (wanted?.has(sceneId) === false) continue
      let opinions = students.get(studentId)
      if (!opinions) students.set(studentId, (opinions = new Map<string, number>()))
      if (classIndex === null) opinions.delete(annotator)
      else opinions.set(annotator, classIndex)
    }
    await setImmediate()
    if (signal.aborted) throw new AppError('job.cancelled', 'The work was cancelled.')
  }
  return [...students.values()].filter((opinions) => opinions.size > 0)
}
