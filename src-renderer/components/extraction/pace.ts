import type { Job } from '#shared/contract/jobs.ts'

export interface Pace {
  /** Things done in a second; null before anything can be said. */
  readonly perSecond: number | null
  /** null also where nobody knows how much there is. */
  readonly leftMs: number | null
}

const leastMs = 500

/** How fast a running job is, over all the time of what it does now. */
export function paceOf({ startedAt, phaseStartedAt, done, total }: Job, nowMs: number): Pace {
  const elapsedMs = nowMs - Date.parse(phaseStartedAt ?? startedAt)
  if (done === 0 || elapsedMs < leastMs) return { perSecond: null, leftMs: null }
  const leftMs = total === null ? null : (elapsedMs / done) * Math.max(0, total - done)
  return { perSecond: (1000 * done) / elapsedMs, leftMs }
}
