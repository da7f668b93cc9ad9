import { ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'

export interface Latest<T> {
  readonly data: ShallowRef<T | null>
  readonly error: ShallowRef<AppError | null>
  readonly loading: Ref<boolean>
  readonly reload: () => Promise<void>
}

/** Loads whenever a source changes; only the newest answer counts, and the last good one stays while the next loads. */
export function useLatest<T>(sources: WatchSource | WatchSource[], load: () => Promise<T>): Latest<T> {
  const data: ShallowRef<T | null> = shallowRef(null)
  const error = shallowRef<AppError | null>(null)
  const loading = ref(false)
  let turn = 0

  async function reload(): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const answer = await load()
      if (mine !== turn) return
      data.value = answer
      error.value = null
    } catch (thrown) {
      if (mine !== turn) return
      const appError = toAppError(thrown)
      if (appError.code !== 'job.cancelled') error.value = appError
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  watch(sources, reload, { immediate: true })
  return { data, error, loading, reload }
}
