import type { ScoredBox } from '#main/compute/detection/scored-box.ts'

/** A box by its upper left corner and size. */
export const scored = (x: number, y: number, width: number, height: number, score: number): ScoredBox => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
  score,
})
