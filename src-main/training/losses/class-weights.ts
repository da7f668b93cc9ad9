/** How classes are weighed against each other by their counts in the training split. */
export interface ClassWeighting {
  readonly method: 'log_balanced' | 'inverse' | 'effective_num'
  /** β of `effective_num`; without effect elsewhere. */
  readonly beta: number
  /** Multiplies Null's weight; without effect for `inverse`. */
  readonly nullWeightFactor: number
}

/** RAFNet applies the factor to the fourth class whatever its name, and only where there is one. */
const weighedDownIndex = 3

/** 1/ln(n+1), 1/n, or (1−β)/(1−βⁿ). */
function rawWeight(count: number, { method, beta }: ClassWeighting): number {
  if (method === 'log_balanced') return 1 / Math.log(count + 1)
  if (method === 'inverse') return 1 / count
  const rest = beta ** count
  return rest < 1 ? (1 - beta) / (1 - rest) : 1
}

/**
 * One weight per class (rafnet README §5): raw weights of the classes present, scaled to sum to their number, then Null's times its
 * factor (`inverse` knows no factor). A class that is absent weighs 0; where all are, each weighs 1. Without a weighting all weigh 1.
 *
 * @param counts students of each class in the training split
 */
export function classWeights(counts: readonly number[], weighting: ClassWeighting | null): number[] {
  if (weighting === null) return counts.map(() => 1)
  const raw = counts.map((count) => (count > 0 ? rawWeight(count, weighting) : 0))
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return counts.map(() => 1)
  const present = counts.filter((count) => count > 0).length
  const factor = weighting.method === 'inverse' ? 1 : weighting.nullWeightFactor
  return raw.map((weight, index) => (weight / total) * present * (index === weighedDownIndex ? factor : 1))
}

/** How often each class occurs among labels. */
export function countClasses(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (let row = 0; row < labels.length; row += 1) counts[labels[row]!]! += 1
  return counts
}
