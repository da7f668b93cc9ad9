import { computed, onScopeDispose, type ComputedRef, type ShallowRef, type WatchSource } from 'vue'
import type { AppError } from '#shared/contract/app-error.ts'
import { useLatest } from '../../composables/use-latest.ts'

export interface FollowUp<T> {
  /** Null until it is there, and again as soon as a source changes. */
  readonly answer: ComputedRef<T | null>
  readonly error: ShallowRef<AppError | null>
}

/**
 * A slower question about the figures shown, asked again whenever a source changes. An answer to older figures would mislead,
 * so it is not kept, and a question that nobody waits for any more is cancelled.
 */
export function useFollowUp<T>(
  sources: WatchSource | WatchSource[],
  ask: (signal: AbortSignal) => Promise<T>,
): FollowUp<T> {
  let current = new AbortController()
  const { data, error, loading } = useLatest(sources, () => {
    current.abort()
    current = new AbortController()
    return ask(current.signal)
  })
  onScopeDispose(() => current.abort())
  return { answer: computed(() => (loading.value ? null : data.value)), error }
}
