import type { ReviewReason } from '#shared/contract/learning.ts'
import { boxSize, centre, type Box } from '#shared/geometry/box.ts'

/** A student as the review queue sees one. */
export interface ReviewStudent {
  readonly studentId: number
  readonly box: Box | null
  /** Of a detected box that nobody moved; null for all others. */
  readonly score: number | null
  readonly label: {
    readonly classIndex: number
    readonly byHand: boolean
    /** A person gave it after the model had its say, or said it again: there is nothing to ask. */
    readonly stands: boolean
  } | null
  readonly prediction: {
    readonly classIndex: number
    readonly confidence: number
    /** Of the likeliest class over the next; null where the confidence alone says that it is wide. */
    readonly margin: number | null
  } | null
  /** What the newest run of another model says. */
  readonly other: { readonly classIndex: number; readonly confidence: number } | null
  /** How many times the limit of what is like anybody labelled; null for all within it. */
  readonly unfamiliar: number | null
  /** What was said without learning from the label; null without one. */
  readonly heldOut: ArrayLike<number> | null
}

export interface Signal {
  readonly reason: ReviewReason
  /** What the contract says of this reason. */
  readonly value: number
  /** 0 to 1: how much it needs eyes for this reason. */
  readonly strength: number
}

/** What a model says of a label that it did not learn from; how much that is depends on what it says of others. */
export interface Doubt {
  readonly labelProbability: number
  readonly likeliest: number
  readonly likeliestProbability: number
}

/** What one student's own photo says of the need for eyes; what depends on the whole project comes when all are put in order. */
export interface StudentSignals {
  readonly studentId: number
  readonly label: ReviewStudent['label']
  /** −1 without a prediction. */
  readonly predicted: number
  readonly confidence: number
  readonly signals: readonly Signal[]
  readonly doubt: Doubt | null
  readonly score: number | null
  /** A box much larger or smaller than others at its height in the photo. */
  readonly isOddSize: boolean
}

/** Differences of the two likeliest classes above this are no tie. */
const widestMargin = 0.35
/** With this confidence all other classes together leave a wider margin. */
export const plainConfidence = (1 + widestMargin) / 2
const neighbours = 4
const leastNeighbours = 3
const mostOfThem = 0.75
/** Of a box's height against the line through all boxes of the photo. */
const oddFactor = 1.6
const leastBoxes = 6

/** The signals of the students of one photo, in their order. */
export function sceneSignals(students: readonly ReviewStudent[]): StudentSignals[] {
  const around = neighbourClasses(students)
  const odd = oddSizes(students)
  return students.map((student, place) => {
    const { studentId, label, prediction, score } = student
    const predicted = prediction?.classIndex ?? -1
    const confidence = prediction?.confidence ?? 0
    // A person has looked: only the label itself may still be doubted.
    const isOpen = label === null || !label.byHand
    const signals = isOpen
      ? [
          ...marginSignal(prediction),
          ...disagreement(student, confidence),
          ...oddOneOut(predicted, confidence, around[place]!),
          ...unlikeAll(student),
        ]
      : []
    return {
      studentId,
      label,
      predicted,
      confidence,
      signals,
      doubt: doubtOf(student),
      score: isOpen ? score : null,
      isOddSize: odd[place]!,
    }
  })
}

function marginSignal(prediction: ReviewStudent['prediction']): Signal[] {
  const margin = prediction?.margin ?? null
  if (margin === null || margin >= widestMargin) return []
  return [{ reason: 'margin', value: margin, strength: 0.9 * (1 - margin / widestMargin) }]
}

function disagreement({ prediction, other }: ReviewStudent, confidence: number): Signal[] {
  if (!prediction || !other || prediction.classIndex === other.classIndex) return []
  const strength = 0.4 + 0.5 * Math.min(confidence, other.confidence)
  return [{ reason: 'models-disagree', value: other.confidence, strength }]
}

/** The head has seen nobody like this student, however sure it is: a label teaches more the farther off the student is. */
function unlikeAll({ label, unfamiliar }: ReviewStudent): Signal[] {
  if (label !== null || unfamiliar === null) return []
  return [{ reason: 'unfamiliar', value: unfamiliar, strength: 0.3 + 0.5 * (1 - 1 / Math.max(1, unfamiliar)) }]
}

/** `around`: what the nearest students do. */
function oddOneOut(predicted: number, confidence: number, around: readonly number[]): Signal[] {
  if (predicted < 0 || around.length < leastNeighbours) return []
  const counts = new Map<number, number>()
  for (const one of around) counts.set(one, (counts.get(one) ?? 0) + 1)
  const [commonest, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))
  const share = count / around.length
  if (commonest === predicted || share < mostOfThem) return []
  return [{ reason: 'neighbours-disagree', value: share, strength: 0.6 * share * (1 - confidence / 2) }]
}

function doubtOf({ label, heldOut }: ReviewStudent): Doubt | null {
  if (!label || !heldOut) return null
  let likeliest = 0
  for (let index = 1; index < heldOut.length; index += 1) if (heldOut[index]! > heldOut[likeliest]!) likeliest = index
  return {
    labelProbability: heldOut[label.classIndex] ?? 0,
    likeliest,
    likeliestProbability: heldOut[likeliest] ?? 0,
  }
}

/** What the nearest students of each do: by their labels, else as predicted. [students][≤ 4] */
function neighbourClasses(students: readonly ReviewStudent[]): number[][] {
  const seats = students.map(({ box, label, prediction }) => {
    const classIndex = label?.classIndex ?? prediction?.classIndex ?? -1
    return { ...(box === null ? { x: Number.NaN, y: Number.NaN } : centre(box)), classIndex }
  })
  return seats.map(({ x, y }, place) => {
    const distances: number[] = []
    const classes: number[] = []
    for (let other = 0; other < seats.length; other += 1) {
      const seat = seats[other]!
      const distance = (seat.x - x) ** 2 + (seat.y - y) ** 2
      if (other === place || seat.classIndex < 0 || Number.isNaN(distance)) continue
      let at = Math.min(distances.length, neighbours)
      while (at > 0 && distance < distances[at - 1]!) {
        if (at < neighbours) [distances[at], classes[at]] = [distances[at - 1]!, classes[at - 1]!]
        at -= 1
      }
      if (at < neighbours) [distances[at], classes[at]] = [distance, seat.classIndex]
    }
    return classes
  })
}

/** Students further back are smaller: heights are held against a line through all of the photo, on a log scale. */
function oddSizes(students: readonly ReviewStudent[]): boolean[] {
  const seats = students.map(({ box }) => {
    const heightPx = box ? boxSize(box).heightPx : 0
    return box && heightPx > 0 ? { y: centre(box).y, size: Math.log(heightPx) } : null
  })
  const known = seats.filter((seat) => seat !== null)
  if (known.length < leastBoxes) return students.map(() => false)
  const mean = (pick: (seat: (typeof known)[number]) => number): number =>
    known.reduce((sum, seat) => sum + pick(seat), 0) / known.length
  const [y, size] = [mean((seat) => seat.y), mean((seat) => seat.size)]
  const variance = mean((seat) => (seat.y - y) ** 2)
  const slope = variance > 0 ? mean((seat) => (seat.y - y) * (seat.size - size)) / variance : 0
  return seats.map((seat) => seat !== null && Math.abs(seat.size - size - slope * (seat.y - y)) > Math.log(oddFactor))
}
