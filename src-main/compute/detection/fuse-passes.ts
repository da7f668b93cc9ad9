import { unionShare } from './overlap.ts'
import { byScore } from './scored-box.ts'
import type { ScoredBox } from './scored-box.ts'

/** A person as several passes saw it: corners weighted by score. */
interface Consensus {
  x1: number
  y1: number
  x2: number
  y2: number
  weight: number
  /** Each pass' score for this person, 0 where it did not see it. */
  readonly scores: Float64Array
}

/** Boxes of two passes that share more than this of their union are one person. */
const samePerson = 0.5

/**
 * Weighted boxes fusion (Solovyev et al. 2021) with at most one box of each pass a person: corners are means weighted by
 * score. A person's score is the mean of its best and of its average over **all** passes, so that what every pass sees
 * comes before what one pass is sure of.
 */
export function fusePasses(passes: readonly (readonly ScoredBox[])[]): ScoredBox[] {
  const persons: Consensus[] = []
  const found = passes.flatMap((boxes, pass) => boxes.map((box) => ({ box, pass })))
  for (const { box, pass } of found.sort((a, b) => byScore(a.box, b.box))) {
    const person = closest(persons, box, pass)
    if (person) join(person, box, pass)
    else {
      const { x1, y1, x2, y2, score } = box
      const scores = new Float64Array(passes.length)
      scores[pass] = score
      persons.push({ x1, y1, x2, y2, weight: score, scores })
    }
  }
  return persons.map(({ x1, y1, x2, y2, scores }) => {
    const mean = scores.reduce((total, score) => total + score, 0) / scores.length
    return { x1, y1, x2, y2, score: (mean + Math.max(...scores)) / 2 }
  })
}

function closest(persons: readonly Consensus[], box: ScoredBox, pass: number): Consensus | null {
  let best: Consensus | null = null
  let share = samePerson
  for (const person of persons) {
    if (person.scores[pass] !== 0) continue
    const shared = unionShare(person, box)
    if (shared > share) [best, share] = [person, shared]
  }
  return best
}

function join(person: Consensus, box: ScoredBox, pass: number): void {
  person.weight += box.score
  const share = box.score / person.weight
  // In this form equal corners stay what they are: a box at the photo's edge must not cross it by rounding.
  for (const side of ['x1', 'y1', 'x2', 'y2'] as const) person[side] += (box[side] - person[side]) * share
  person.scores[pass] = box.score
}
