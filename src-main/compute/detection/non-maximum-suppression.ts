import { intersectionOverUnion } from '#shared/geometry/box.ts'
import type { Box } from '#shared/geometry/box.ts'

/**
 * Greedy non-maximum suppression: of boxes that overlap by more than `limit` (intersection over union), only the best one
 * stays. `sorted` starts with the best.
 */
export function nonMaximumSuppression<Found extends { readonly box: Box }>(
  sorted: readonly Found[],
  limit: number,
): Found[] {
  const kept: Found[] = []
  for (const candidate of sorted) {
    if (!kept.some(({ box }) => intersectionOverUnion(box, candidate.box) > limit)) kept.push(candidate)
  }
  return kept
}
