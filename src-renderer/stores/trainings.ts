import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { TrainingInfo, TrainingOrder } from '#shared/contract/training.ts'
import { followStream } from './follow-stream.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useSession } from './session.ts'

/** The project's queue of trainings as the workbench tells it, and which of them is looked at. */
export const useTrainings = defineStore('trainings', () => {
  const session = useSession()
  const notices = useNotices()
  const project = useProject()
  const runs = useRuns()
  const trainings = shallowRef<readonly TrainingInfo[]>([])
  const wantedId = ref<number | null>(null)
  const byId = (id: number | null) => trainings.value.find((one) => one.id === id)

  /** Until somebody chooses, what runs is looked at, else the newest. */
  const chosen = computed<TrainingInfo | null>(
    () =>
      byId(wantedId.value) ?? trainings.value.find((one) => one.state === 'running') ?? trainings.value.at(-1) ?? null,
  )
  const choose = (trainingId: number): void => void (wantedId.value = trainingId)

  /** Puts a training into the queue and looks at what runs: this one, unless it has to wait. Throws what the workbench says against it. */
  async function enqueue(order: TrainingOrder): Promise<TrainingInfo> {
    const added = await session.api().training.enqueue(order)
    wantedId.value = null
    return added
  }

  const pause = (trainingId: number) => notices.guard(() => session.api().training.pause({ trainingId }))
  const resume = (trainingId: number) => notices.guard(() => session.api().training.resume({ trainingId }))
  const stop = (trainingId: number) => notices.guard(() => session.api().training.stop({ trainingId }))
  const remove = (trainingId: number) => notices.guard(() => session.api().training.remove({ trainingId }))

  /** Makes models of trained seeds, and looks at the first one's run everywhere. */
  async function adopt(trainingId: number, seeds: readonly number[] | null): Promise<readonly ModelInfo[]> {
    const input = { trainingId, seeds: seeds === null ? null : [...seeds] }
    const models = await notices.guard(() => session.api().training.adopt(input))
    if (!models) return []
    await notices.guard(runs.load)
    const run = runs.runs.find((one) => one.modelId === models[0]?.id)
    if (run) runs.choose({ a: run.id })
    return models
  }

  let following = false
  /** Begins when the trainings are first looked at, and never ends. */
  function follow(): void {
    if (following) return
    following = true
    followStream(
      (client) => client.training.watch({}),
      (all) => (trainings.value = all),
    )
  }

  watch(
    () => project.summary?.folder,
    () => (wantedId.value = null),
  )

  return { trainings, chosen, choose, enqueue, pause, resume, stop, remove, adopt, follow }
})
