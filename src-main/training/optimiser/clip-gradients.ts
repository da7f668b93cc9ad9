import { add, divide, minimum, scalar, squareRoot, sumOfSquares } from '../tape/arithmetic.ts'
import type { Tape, TapeValue } from '../tape/tape.ts'

/** Norm of all gradients as one vector, a scalar. */
export function globalNorm(tape: Tape, gradients: readonly TapeValue[]): TapeValue {
  const squares = gradients.map((gradient) => sumOfSquares(tape, gradient).name)
  const total = squares.length === 1 ? squares[0]! : tape.graph.node('Sum', squares)
  return squareRoot(tape, tape.value(total, []))
}

/** What every gradient is multiplied with so that the global norm is at most `largest`: min(1, largest / (norm + 1e-6)). */
export function clipFactor(tape: Tape, norm: TapeValue, largest: number): TapeValue {
  return minimum(tape, divide(tape, scalar(tape, largest), add(tape, norm, scalar(tape, 1e-6))), scalar(tape, 1))
}
