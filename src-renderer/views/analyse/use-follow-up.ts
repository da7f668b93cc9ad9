import { onScopeDispose, type Ref, type ShallowRef, type WatchSource } from 'vue'
import type { AppError } from '#shared/contract/app-error.ts'
import { useLatest } from '../../composables/use-latest.ts'

export interface FollowUp<T> {
  /** The newest answer; null before the first. */
  readonly answer: ShallowRef<T | null>
  /** The answer is to older figures: show it dimmed, so that the page does not jump, until the next one is there. */
  readonly stale: Ref<boolean>
  readonly error: ShallowRef<AppError | null>
}

/** A slower question about the figures shown, asked again whenever a source changes; what nobody waits for is cancelled. */
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
  return { answer: data, stale: loading, error }
}
