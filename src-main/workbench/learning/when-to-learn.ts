/** Corrections before the first head: a few dozen, so that held-out students can be told apart from luck. */
export const firstAt = 24
const atLeastFurther = 15
const furtherShare = 0.2

/** How the corrections of a project stand. */
export interface CorrectionState {
  /** Students with a label of a person. */
  readonly corrected: number
  /** Those of them labelled since the newest head learnt. */
  readonly fresh: number
  /** Corrections that the newest head learnt from; null where there is none. */
  readonly learntFrom: number | null
}

/** Corrections until the next head is worth it: the first 24, then 15 more or a fifth, whichever is more. 0 means now. */
export function correctionsNeeded({ corrected, fresh, learntFrom }: CorrectionState): number {
  if (learntFrom === null) return Math.max(0, firstAt - corrected)
  const further = Math.max(atLeastFurther, Math.ceil(furtherShare * learntFrom))
  return Math.max(0, further - fresh, firstAt - corrected)
}
