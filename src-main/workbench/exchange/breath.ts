import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'

/** Half of the 50 ms that the main process may be busy in one go. */
const stepMs = 20

/**
 * A pause for long loops: lets other work of this process run whenever the step since the last pause took long enough, else does
 * nothing. Throws AppError `job.cancelled` once the signal is aborted.
 */
export function createBreath(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let until = performance.now() + stepMs
  return () => {
    if (performance.now() < until) return undefined
    return setImmediate().then(() => {
      if (signal?.aborted) throw cancelled()
      until = performance.now() + stepMs
    })
  }
}
