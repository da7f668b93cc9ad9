import { cancelled } from '#shared/contract/app-error.ts'

/** Runs one piece of work after the other. Throws AppError `job.cancelled` where the signal aborts before the turn comes. */
export type Turns = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>

/** Two extractions at once would write at the same place of a file of vectors; they would not be faster either. */
export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return async (signal, work) => {
    const before = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    try {
      await turnOrAbort(before, signal)
      return await work()
    } finally {
      // Only after the one before: who gives up while waiting must not let the next one in early.
      void before.then(resolve)
    }
  }
}

async function turnOrAbort(before: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(cancelled())
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) throw cancelled()
    await Promise.race([before, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
