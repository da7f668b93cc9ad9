import { complementaryError } from './normal-distribution.ts'

export interface McNemarFigures {
  /** Students that only the first model gets right, and only the second. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Two-sided binomial test of the students that one model alone gets right. */
  readonly exactP: number
  /** Edwards' continuity-corrected chi-square, one degree of freedom, and its p. */
  readonly statistic: number
  readonly correctedP: number
}

/** P(X ≤ successes) of Binomial(trials, ½), summed from the largest term down so that small tails keep their digits. */
function fairBinomialCumulative(successes: number, trials: number): number {
  let logTerm = -trials * Math.LN2
  for (let chosen = 1; chosen <= successes; chosen++) logTerm += Math.log((trials - chosen + 1) / chosen)
  let share = 1
  let total = 0
  for (let count = successes; count >= 0 && share > 0; count--) {
    total += share
    share *= count / (trials - count + 1)
  }
  return Math.exp(logTerm + Math.log(total))
}

/**
 * McNemar's test of two models by the students on which they are not both right or both wrong; p is 1 where there are
 * none. The corrected form never goes below 0 (|b − c| = 0 needs no correction). It takes students for independent:
 * for scenes use `clusteredPermutationTest`. Throws RangeError where the three arrays do not pair up.
 */
export function mcNemar(truth: ArrayLike<number>, first: ArrayLike<number>, second: ArrayLike<number>): McNemarFigures {
  if (first.length !== truth.length || second.length !== truth.length) {
    throw new RangeError(`${truth.length} labels, ${first.length} and ${second.length} predictions do not pair up`)
  }
  let onlyFirst = 0
  let onlySecond = 0
  for (let row = 0; row < truth.length; row++) {
    const firstRight = first[row] === truth[row]
    const secondRight = second[row] === truth[row]
    if (firstRight && !secondRight) onlyFirst += 1
    if (secondRight && !firstRight) onlySecond += 1
  }
  const discordant = onlyFirst + onlySecond
  if (discordant === 0) return { onlyFirst, onlySecond, exactP: 1, statistic: 0, correctedP: 1 }
  const reach = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1)
  const statistic = (reach * reach) / discordant
  return {
    onlyFirst,
    onlySecond,
    exactP: Math.min(1, 2 * fairBinomialCumulative(Math.min(onlyFirst, onlySecond), discordant)),
    statistic,
    correctedP: complementaryError(Math.sqrt(statistic / 2)),
  }
}
