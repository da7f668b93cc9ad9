import type { ReviewItem } from '#shared/contract/learning.ts'

/** A student of the queue, with the run whose prediction it shows: an answer of a later run does not change what is looked at. */
export interface QueuedItem extends ReviewItem {
  readonly runId: number | null
}

export type Decision =
  | { readonly kind: 'label'; readonly classIndex: number; readonly source: 'person' | 'accepted' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'skip' }

/** Whose crops stand at the front of the row: they stay where they are while the queue still has them. */
const keptToCome = 3

/**
 * The trail with a new answer of the queue: those gone through, the one looked at and whoever was decided on stay in their places; the
 * rest is as the answer has it.
 */
export function withFresh(
  trail: readonly QueuedItem[],
  at: number,
  fresh: readonly QueuedItem[],
  isDecided: (studentId: number) => boolean,
): readonly QueuedItem[] {
  const wanted = new Set(fresh.map((item) => item.studentId))
  let toCome = 0
  const kept = trail.filter((item, place) => {
    if (place <= at || isDecided(item.studentId)) return true
    return wanted.has(item.studentId) && toCome++ < keptToCome
  })
  const known = new Set(kept.map((item) => item.studentId))
  return [...kept, ...fresh.filter((item) => !known.has(item.studentId))]
}
