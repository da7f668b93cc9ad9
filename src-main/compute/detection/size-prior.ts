import type { ScoredBox } from './scored-box.ts'

/** Fewer persons say nothing about how size goes with place. */
const leastPersons = 8
/** A box e^0.8 times larger or smaller than its place lets expect loses 40 % of its score. */
const tolerance = 0.8
/** In the fit, a box that is off by a factor of e^0.5 counts half. */
const halfWeightAt = 0.5
const fitRounds = 6

/**
 * Lowers the score of boxes whose size does not go with their place. In a classroom, students further up in the photo are
 * further away: the logarithm of the side of a box of equal area is taken to be linear in its centre's height, by the
 * photo's own boxes (least squares weighted by score, reweighted by Cauchy's function so that doubles and teachers do not
 * bend the line). The score is multiplied by exp(−r² / 2), r the distance from the line over `tolerance`.
 */
export function applySizePrior(boxes: readonly ScoredBox[]): ScoredBox[] {
  if (boxes.length < leastPersons) return [...boxes]
  const points = boxes.map((box) => ({
    y: (box.y1 + box.y2) / 2,
    size: Math.log((box.x2 - box.x1) * (box.y2 - box.y1)) / 2,
    weight: box.score,
  }))
  let line = { slope: 0, intercept: 0 }
  let weights = points.map(({ weight }) => weight)
  for (let round = 0; round < fitRounds; round += 1) {
    line = fitLine(points, weights)
    weights = points.map((point) => point.weight / (1 + (distance(point, line) / halfWeightAt) ** 2))
  }
  return boxes.map((box, index) => {
    const deviation = distance(points[index]!, line) / tolerance
    return { ...box, score: box.score * Math.exp((-deviation * deviation) / 2) }
  })
}

interface Point {
  readonly y: number
  readonly size: number
}
interface Line {
  readonly slope: number
  readonly intercept: number
}

const distance = ({ y, size }: Point, { slope, intercept }: Line): number => size - intercept - slope * y

function fitLine(points: readonly Point[], weights: readonly number[]): Line {
  let [total, meanY, meanSize] = [0, 0, 0]
  for (const [index, { y, size }] of points.entries()) {
    total += weights[index]!
    meanY += weights[index]! * y
    meanSize += weights[index]! * size
  }
  meanY /= total
  meanSize /= total
  let [variance, covariance] = [0, 0]
  for (const [index, { y, size }] of points.entries()) {
    variance += weights[index]! * (y - meanY) ** 2
    covariance += weights[index]! * (y - meanY) * (size - meanSize)
  }
  // Students in one row tell nothing about the slope.
  const slope = variance > 1e-9 * total ? covariance / variance : 0
  return { slope, intercept: meanSize - slope * meanY }
}
