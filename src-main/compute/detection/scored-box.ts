import type { Box } from '#shared/geometry/box.ts'

/** A found person: upright, in px of the upright photo unless a function says another space; `score` is 0 to 1. */
export interface ScoredBox extends Box {
  readonly score: number
}

/** Highest score first; of equal scores the one from further up and left, so that results do not depend on any order. */
export const byScore = (a: ScoredBox, b: ScoredBox): number => b.score - a.score || a.y1 - b.y1 || a.x1 - b.x1
