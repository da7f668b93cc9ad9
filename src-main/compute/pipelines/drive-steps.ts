import { setImmediate } from 'node:timers/promises'
import type { Steps } from '#shared/metrics/steps.ts'

/** Between two turns of this process: a request to stop is heard that fast. */
const turnMs = 20

/**
 * Takes the steps of a long calculation and yields whenever it took long enough, so that others get their turn and progress can be told.
 * Throws the signal's reason when it aborts.
 */
export async function* driveSteps<Result>(steps: Steps<Result>, signal: AbortSignal): AsyncGenerator<void, Result> {
  let until = performance.now() + turnMs
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (performance.now() < until) continue
    yield
    await setImmediate()
    signal.throwIfAborted()
    until = performance.now() + turnMs
  }
}
