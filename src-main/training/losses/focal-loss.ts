import { exponential, logSoftmax, multiply, negate, power, scalar, subtract } from '../tape/arithmetic.ts'
import { mean, sumOfRow } from '../tape/reductions.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'

/**
 * Mean over rows of (1 − p_t)^γ · ce with p_t = exp(−ce) (rafnet README §5): logits and smoothed targets [n, classes] → scalar.
 */
export function focalLoss(tape: Tape, logits: TapeValue, targets: TapeValue, gamma: number): TapeValue {
  return tape.graph.scope('focal_loss', () => {
    const entropy = negate(tape, sumOfRow(tape, multiply(tape, targets, logSoftmax(tape, logits)))) // [n, 1]
    if (gamma === 0) return mean(tape, entropy)
    const missing = subtract(tape, scalar(tape, 1), exponential(tape, negate(tape, entropy)))
    return mean(tape, multiply(tape, power(tape, missing, gamma), entropy))
  })
}

/** The same of given logits in plain numbers, one loss per row: for evaluation, which needs no gradient. */
export function focalLossOfRow(logits: ArrayLike<number>, targets: ArrayLike<number>, gamma: number): number {
  let largest = -Infinity
  for (let index = 0; index < logits.length; index += 1) largest = Math.max(largest, logits[index]!)
  let total = 0
  for (let index = 0; index < logits.length; index += 1) total += Math.exp(logits[index]! - largest)
  const normaliser = largest + Math.log(total)
  let entropy = 0
  for (let index = 0; index < logits.length; index += 1) entropy += targets[index]! * (normaliser - logits[index]!)
  return (1 - Math.exp(-entropy)) ** gamma * entropy
}
