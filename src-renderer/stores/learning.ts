import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { LearningState, LearntModel } from '#shared/contract/learning.ts'
import { followStream } from './follow-stream.ts'
import { useNotices } from './notices.ts'
import { useRuns } from './runs.ts'
import { useSession } from './session.ts'

/** What Lectern has learnt from the corrections of the open project, as the workbench tells it. */
export const useLearning = defineStore('learning', () => {
  const session = useSession()
  const notices = useNotices()
  const runs = useRuns()
  const state = shallowRef<LearningState | null>(null)
  /** Something was asked for that the next state will answer. */
  const asking = ref(false)
  const models = computed(() => state.value?.models ?? [])
  const active = computed(() => models.value.find((one) => one.id === state.value?.activeId) ?? null)
  const newest = computed<LearntModel | null>(() => models.value[0] ?? null)

  async function ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    asking.value = true
    try {
      return await notices.guard(work)
    } finally {
      asking.value = false
    }
  }

  const configure = (enabled: boolean) => ask(() => session.api().learning.configure({ enabled, modality: null }))
  const learnNow = () => ask(() => session.api().learning.learnNow({}))

  /** Goes back to an earlier head, or on to a later one, and shows its predictions everywhere. */
  const activate = (model: LearntModel) =>
    ask(async () => {
      await session.api().learning.activate({ learntId: model.id })
      await show(model)
    })

  async function show(model: LearntModel): Promise<void> {
    if (!runs.runs.some((run) => run.id === model.runId)) await runs.load()
    runs.choose({ a: model.runId })
  }

  function follow(): void {
    followStream(
      (client) => client.learning.watch({}),
      (next) => (state.value = next),
    )
  }

  return { state, models, active, newest, asking, configure, learnNow, activate, show, follow }
})
