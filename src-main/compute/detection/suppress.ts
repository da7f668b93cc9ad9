import { overlaps } from './overlap.ts'
import type { OverlapLimits } from './overlap.ts'
import { byScore } from './scored-box.ts'
import type { ScoredBox } from './scored-box.ts'

/** Greedy non-maximum suppression: the best box stays, those that overlap it beyond the limits go, and so on. */
export function suppress<Found extends ScoredBox>(boxes: readonly Found[], limits: OverlapLimits): Found[] {
  const kept: Found[] = []
  for (const box of boxes.toSorted(byScore)) {
    if (!kept.some((better) => overlaps(better, box, limits))) kept.push(box)
  }
  return kept
}
