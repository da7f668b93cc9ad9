import { computed, onScopeDispose, type ComputedRef, type Ref } from 'vue'
import type { Evaluation, FigureIntervals } from '#shared/contract/evaluation.ts'
import { useLatest } from '../../composables/use-latest.ts'
import { useSession } from '../../stores/session.ts'

/**
 * The bootstrap intervals of the figures shown, from the workbench. Null until they are ready, and again when the figures
 * change: then what is being drawn for the old ones is cancelled.
 */
export function useFigureIntervals(evaluation: Ref<Evaluation>): ComputedRef<FigureIntervals | null> {
  const session = useSession()
  let current = new AbortController()
  const { data, loading } = useLatest([evaluation], () => {
    current.abort()
    current = new AbortController()
    return session.api().evaluation.intervals({ runId: evaluation.value.runId }, { signal: current.signal })
  })
  onScopeDispose(() => current.abort())
  return computed(() => (loading.value ? null : data.value))
}
