import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { toAppError, type AppError } from '#shared/contract/app-error.ts'

export interface Request<Input, T> {
  readonly answer: ShallowRef<T | null>
  readonly error: ShallowRef<AppError | null>
  readonly busy: Ref<boolean>
  /** Answers null where it failed or was cancelled. */
  readonly start: (input: Input) => Promise<T | null>
  readonly cancel: () => void
}

/** Longer work that somebody starts by hand: one at a time, cancelled by hand or with the view; the last answer stays until the next. */
export function useRequest<Input, T>(ask: (input: Input, signal: AbortSignal) => Promise<T>): Request<Input, T> {
  const answer: ShallowRef<T | null> = shallowRef(null)
  const error: ShallowRef<AppError | null> = shallowRef(null)
  const busy = ref(false)
  let current = new AbortController()

  function cancel(): void {
    current.abort()
    busy.value = false
  }

  async function start(input: Input): Promise<T | null> {
    cancel()
    const mine = (current = new AbortController())
    busy.value = true
    error.value = null
    try {
      const found = await ask(input, mine.signal)
      if (mine.signal.aborted) return null
      answer.value = found
      return found
    } catch (thrown) {
      const appError = toAppError(thrown)
      if (!mine.signal.aborted && appError.code !== 'job.cancelled') error.value = appError
      return null
    } finally {
      if (current === mine) busy.value = false
    }
  }

  onScopeDispose(cancel)
  return { answer, error, busy, start, cancel }
}
