/**
 * A long calculation in small steps: it yields between them, so that whoever drives it can let other work run or stop
 * it, and returns its result.
 */
export type Steps<Result> = Generator<void, Result, void>

/** Takes all steps at once. */
export function toTheEnd<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
