import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'
import type { TrainingCurve } from '#shared/contract/training.ts'
import { useSession } from '../../stores/session.ts'

/**
 * The curves of a training, fetched whenever `progress` changes. Epochs may end faster than answers come: one question is on its way at a
 * time, and one more follows where something changed meanwhile.
 */
export function useCurves(
  trainingId: Ref<number>,
  progress: Ref<string>,
): { curves: ShallowRef<readonly TrainingCurve[]>; error: ShallowRef<AppError | null> } {
  const session = useSession()
  const curves = shallowRef<readonly TrainingCurve[]>([])
  const error = shallowRef<AppError | null>(null)
  let asking = false
  let changed = false

  async function askOnce(): Promise<void> {
    const id = trainingId.value
    try {
      const answer = await session.api().training.curves({ trainingId: id })
      if (id !== trainingId.value) return
      curves.value = answer
      error.value = null
    } catch (thrown) {
      if (id === trainingId.value) error.value = toAppError(thrown)
    }
  }

  async function load(): Promise<void> {
    changed = true
    if (asking) return
    asking = true
    while (changed) {
      changed = false
      await askOnce()
    }
    asking = false
  }

  watch(trainingId, () => {
    curves.value = []
    error.value = null
  })
  watch([trainingId, progress], load, { immediate: true })
  return { curves, error }
}
