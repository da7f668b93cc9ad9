import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { AppError } from '#shared/contract/app-error.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import type { Explanation } from '#shared/contract/scenes.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'

const keptExplanations = 200

/** Why runs said what they said of students: computed once per run, student and state of the project. */
export const useExplanations = defineStore('explanations', () => {
  const session = useSession()
  const project = useProject()
  const kept = new Map<string, Explanation>()
  /** Runs whose model brought the compute process down: they are not tried on every student, only when asked for again. */
  const stopped = shallowRef<ReadonlyMap<number, AppError>>(new Map())

  /** Boxes and features change what a graph sees, labels change the fitted temperature. */
  const revision = computed(() => {
    const { students, scenes, labels, runs } = project.revisions
    return [students, scenes, labels, runs].join('.')
  })
  const keyOf = (runId: number, studentId: number) =>
    `${project.summary?.folder} ${runId} ${studentId} ${revision.value}`

  const known = (runId: number, studentId: number): Explanation | undefined => kept.get(keyOf(runId, studentId))

  async function ask(runId: number, studentId: number, signal: AbortSignal): Promise<Explanation> {
    const key = keyOf(runId, studentId)
    try {
      const explanation = await session.api().scenes.explain({ runId, studentId }, { signal })
      kept.set(key, explanation)
      for (const oldest of kept.keys()) {
        if (kept.size <= keptExplanations) break
        kept.delete(oldest)
      }
      return explanation
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code.startsWith('compute.')) stopped.value = new Map(stopped.value).set(runId, error)
      throw error
    }
  }

  /** Lets a stopped run be tried again. */
  function resume(runId: number): void {
    const next = new Map(stopped.value)
    next.delete(runId)
    stopped.value = next
  }

  watch(
    () => project.summary?.folder,
    () => {
      kept.clear()
      stopped.value = new Map()
    },
  )

  return { revision, stopped, known, ask, resume }
})
