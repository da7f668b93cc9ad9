import { centre, containsPoint, intersectionOverUnion, type Box } from '#shared/geometry/box.ts'

/** How many of the labelled students some boxes found. */
export interface DetectionScore {
  readonly students: number
  readonly boxes: number
  /** Students with a box that holds their label's centre; one box may hold several. */
  readonly centres: number
  /** The same with every box counted for one student at most. */
  readonly centresOneToOne: number
  /** Students who get a box of their own that shares that much of the union with their label's. */
  readonly atThirty: number
  readonly atFifty: number
}

export const noScore: DetectionScore = {
  students: 0,
  boxes: 0,
  centres: 0,
  centresOneToOne: 0,
  atThirty: 0,
  atFifty: 0,
}

/** One-to-one figures are the most students that can have a box of their own (largest matching). */
export function scoreDetection(labels: readonly Box[], boxes: readonly Box[]): DetectionScore {
  const holds = (label: Box, box: Box): boolean => containsPoint(box, centre(label))
  const shares = (least: number) => (label: Box, box: Box) => intersectionOverUnion(label, box) >= least
  return {
    students: labels.length,
    boxes: boxes.length,
    centres: labels.filter((label) => boxes.some((box) => holds(label, box))).length,
    centresOneToOne: largestMatching(labels, boxes, holds),
    atThirty: largestMatching(labels, boxes, shares(0.3)),
    atFifty: largestMatching(labels, boxes, shares(0.5)),
  }
}

export function addScores(a: DetectionScore, b: DetectionScore): DetectionScore {
  const keys = Object.keys(a) as (keyof DetectionScore)[]
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as DetectionScore
}

/** Pairs in a largest one-to-one matching (augmenting paths, Kuhn 1955). */
function largestMatching(
  labels: readonly Box[],
  boxes: readonly Box[],
  fits: (label: Box, box: Box) => boolean,
): number {
  const options = labels.map((label) => boxes.flatMap((box, index) => (fits(label, box) ? [index] : [])))
  const owner = new Map<number, number>()
  const place = (label: number, tried: Set<number>): boolean =>
    options[label]!.some((box) => {
      if (tried.has(box)) return false
      tried.add(box)
      const other = owner.get(box)
      if (other !== undefined && !place(other, tried)) return false
      owner.set(box, label)
      return true
    })
  return options.filter((_, label) => place(label, new Set())).length
}
