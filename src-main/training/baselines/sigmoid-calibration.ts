/** P(positive) = 1 / (1 + exp(slope · decision + offset)). */
export interface Sigmoid {
  readonly slope: number
  readonly offset: number
}

const mostSteps = 100

/** 1 / (1 + e^x) without overflow. */
const inverseLogit = (x: number): number => (x >= 0 ? Math.exp(-x) / (1 + Math.exp(-x)) : 1 / (1 + Math.exp(x)))

/** log(1 + e^x) without overflow. */
const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))

/**
 * Platt's sigmoid (1999) with his smoothed targets, fitted by damped Newton steps; the problem is convex.
 *
 * @param decisions signed distances, [rows]
 * @param positive [rows]
 */
export function fitSigmoid(decisions: ArrayLike<number>, positive: readonly boolean[]): Sigmoid {
  const positives = positive.filter(Boolean).length
  const negatives = positive.length - positives
  const targets = positive.map((is) => (is ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)))
  // −log P = softplus(z), −log(1 − P) = softplus(−z), with z = slope · decision + offset.
  const lossAt = (slope: number, offset: number): number =>
    targets.reduce((sum, target, row) => {
      const z = slope * decisions[row]! + offset
      return sum + target * softplus(z) + (1 - target) * softplus(-z)
    }, 0)
  let [slope, offset] = [0, Math.log((negatives + 1) / (positives + 1))]
  let loss = lossAt(slope, offset)
  for (let round = 0; round < mostSteps; round += 1) {
    const { step, gradient } = newtonStep(decisions, targets, slope, offset)
    if (gradient < 1e-10 * positive.length) break
    let scale = 1
    let better = lossAt(slope + step[0], offset + step[1])
    while (better > loss && scale > 1e-10) {
      scale /= 2
      better = lossAt(slope + scale * step[0], offset + scale * step[1])
    }
    if (!(better <= loss)) break
    slope += scale * step[0]
    offset += scale * step[1]
    loss = better
  }
  return { slope, offset }
}

function newtonStep(
  decisions: ArrayLike<number>,
  targets: readonly number[],
  slope: number,
  offset: number,
): { readonly step: readonly [number, number]; readonly gradient: number } {
  // A little on the diagonal keeps the system solvable where all decisions are equal.
  let [g1, g2, h11, h12, h22] = [0, 0, 1e-12, 0, 1e-12]
  for (const [row, target] of targets.entries()) {
    const decision = decisions[row]!
    const p = inverseLogit(slope * decision + offset)
    const away = target - p
    const bend = p * (1 - p)
    g1 += away * decision
    g2 += away
    h11 += bend * decision * decision
    h12 += bend * decision
    h22 += bend
  }
  const determinant = h11 * h22 - h12 * h12
  const step = [-(h22 * g1 - h12 * g2) / determinant, -(h11 * g2 - h12 * g1) / determinant] as const
  return { step, gradient: Math.max(Math.abs(g1), Math.abs(g2)) }
}

export const sigmoidAt = ({ slope, offset }: Sigmoid, decision: number): number =>
  inverseLogit(slope * decision + offset)
