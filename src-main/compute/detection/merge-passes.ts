import { fusePasses } from './fuse-passes.ts'
import { applySizePrior } from './size-prior.ts'
import type { ScoredBox } from './scored-box.ts'
import { suppress } from './suppress.ts'

const withinPass = { union: 0.6, smaller: 0.8 } as const
const afterFusion = { union: 0.5, smaller: 0.7 } as const

/** One photo's persons from what each pass saw, in px of the photo: suppressed, fused, weighed by size, suppressed again. */
export function mergePasses(passes: readonly (readonly ScoredBox[])[], leastScore: number): ScoredBox[] {
  const fused = fusePasses(passes.map((boxes) => suppress(boxes, withinPass)))
  return suppress(applySizePrior(fused), afterFusion).filter(({ score }) => score >= leastScore)
}
