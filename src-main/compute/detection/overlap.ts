import type { Box } from '#shared/geometry/box.ts'

/**
 * Of two upright boxes the shared area as a share of both together (IoU) and of the smaller one. Written out without
 * objects: fusing one photo asks for half a million.
 */
export function overlaps(a: Box, b: Box, limits: OverlapLimits): boolean {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  if (width <= 0) return false
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  if (height <= 0) return false
  const shared = width * height
  const first = (a.x2 - a.x1) * (a.y2 - a.y1)
  const second = (b.x2 - b.x1) * (b.y2 - b.y1)
  return shared > limits.union * (first + second - shared) || shared > limits.smaller * Math.min(first, second)
}

/** Two boxes are the same person where they share more than this. */
export interface OverlapLimits {
  /** Intersection over union. */
  readonly union: number
  /** Intersection over the smaller box: a head within the box of a whole student. */
  readonly smaller: number
}

/** Intersection over union of two upright boxes. */
export function unionShare(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  if (width <= 0) return 0
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  if (height <= 0) return 0
  const shared = width * height
  return shared / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - shared)
}
