import { setImmediate } from 'node:timers/promises'
import type { Store } from '#main/store/store.ts'
import { outcomesAfter, type Outcomes } from '#main/store/tables/outcome.ts'

/** Rows read at a time: 10 ms or so, so that a project of any size leaves the window alive. */
const rowsAtOnce = 8000

export interface RunOutcomes extends Outcomes {
  /** Students with a prediction, whether they have a label or not. */
  readonly predictedStudents: number
}

/** Truth and prediction of every student who has both, in id order; those of `sceneIds` only, where given. */
export async function readOutcomes(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
): Promise<RunOutcomes> {
  const wanted = sceneIds && new Set(sceneIds)
  const isWanted = (sceneId: number): boolean => wanted?.has(sceneId) ?? true
  const all = { studentIds: [] as number[], sceneIds: [] as number[], truth: [] as number[], predicted: [] as number[] }
  let predictedStudents = 0
  for (let after: number | null = 0; after !== null;) {
    const chunk = outcomesAfter(store, runId, after, rowsAtOnce)
    predictedStudents += chunk.predictedScenes.filter(isWanted).length
    chunk.studentIds.forEach((studentId, index) => {
      const sceneId = chunk.sceneIds[index] ?? 0
      if (!isWanted(sceneId)) return
      all.studentIds.push(studentId)
      all.sceneIds.push(sceneId)
      all.truth.push(chunk.truth[index] ?? 0)
      all.predicted.push(chunk.predicted[index] ?? 0)
    })
    after = chunk.next
    if (after !== null) await setImmediate()
  }
  return { ...all, predictedStudents }
}
