import { setImmediate } from 'node:timers/promises'
import type { Steps } from '#shared/metrics/steps.ts'
import { createBreath } from '../exchange/breath.ts'

/** Takes the steps of a calculation, letting other work run in between. Throws AppError `job.cancelled` on abort. */
export async function runInSteps<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
  const breath = createBreath(signal)
  // What came before in this turn counts too.
  await setImmediate()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await breath()
  }
}
