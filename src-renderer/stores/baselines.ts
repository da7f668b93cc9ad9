import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { BaselineResult, TrainingData, TrainingPlan } from '#shared/contract/training.ts'
import { useProject } from './project.ts'
import { useSession } from './session.ts'

/** What baselines are computed on; RAFNet's configuration where the data are what it names. */
export interface BaselineSource {
  readonly data: TrainingData
  readonly config: string | null
  readonly root: string | null
}

/** The baselines of one choice of data, as far as they are. */
export interface BaselineSet {
  readonly source: BaselineSource
  /** Names in the order in which they are computed; empty before the first message. */
  readonly names: readonly string[]
  readonly plan: TrainingPlan | null
  readonly results: readonly BaselineResult[]
  readonly running: boolean
  readonly error: AppError | null
}

export const sourceKey = (source: BaselineSource): string => JSON.stringify(source)

/** Baselines computed in this sitting, by the data they were computed on; leaving the view does not stop them. */
export const useBaselines = defineStore('baselines', () => {
  const session = useSession()
  const project = useProject()
  const sets = shallowRef<readonly BaselineSet[]>([])
  let current = new AbortController()

  const of = (source: BaselineSource) => sets.value.find((one) => sourceKey(one.source) === sourceKey(source)) ?? null

  function keep(source: BaselineSource, change: Partial<BaselineSet>): void {
    const before = of(source) ?? { source, names: [], plan: null, results: [], running: false, error: null }
    sets.value = [...sets.value.filter((one) => one !== before), { ...before, ...change }]
  }

  /** Computes every baseline that the data allow; one choice of data at a time. */
  async function compute(source: BaselineSource): Promise<void> {
    current.abort()
    const mine = new AbortController()
    current = mine
    keep(source, { names: [], plan: null, results: [], running: true, error: null })
    try {
      for await (const message of session.api().training.baselines(source, { signal: mine.signal })) {
        if (mine.signal.aborted) break
        if (message.kind === 'start') keep(source, { names: message.baselines, plan: message.plan })
        if (message.kind === 'result') keep(source, { results: [...(of(source)?.results ?? []), message.result] })
        if (message.kind === 'end') keep(source, { results: message.results })
      }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (!mine.signal.aborted && error.code !== 'job.cancelled') keep(source, { error })
    } finally {
      // A project that was closed meanwhile has taken its sets along.
      if (of(source)) keep(source, { running: false })
    }
  }

  const cancel = (): void => current.abort()

  watch(
    () => project.summary?.folder,
    () => {
      current.abort()
      sets.value = []
    },
  )

  return { sets, of, compute, cancel }
})
