import * as reduction from '#main/onnx/operators/reduction.ts'
import { greater, where as choose } from '#main/onnx/operators/logic.ts'
import { divide, multiply, scalar } from './arithmetic.ts'
import { expand } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

/** [n, d] → [n, 1]. */
export function sumOfRow(tape: Tape, x: TapeValue): TapeValue {
  return tape.record(reduction.sumOfRow(tape.graph, x.name), x.shape.with(-1, 1), [x], (d) => [
    expand(tape, d, x.shape),
  ])
}

/** Euclidean norm of each row, [n, d] → [n, 1]; its gradient x/|x| is taken as 0 at a row of zeros. */
export function normOfRow(tape: Tape, x: TapeValue): TapeValue {
  const output: TapeValue = tape.record(reduction.normOfRow(tape.graph, x.name), x.shape.with(-1, 1), [x], (d) => {
    const unit = divide(tape, x, output)
    const isLong = greater(tape.graph, output.name, tape.graph.float32(0))
    const direction = tape.value(choose(tape.graph, isLong, unit.name, tape.graph.float32(0)), x.shape)
    return [multiply(tape, d, direction)]
  })
  return output
}

/** Largest value of each row, [n, d] → [n, 1]; carries no gradient. */
export const maximumOfRow = (tape: Tape, x: TapeValue): TapeValue =>
  tape.value(reduction.maximumOfRow(tape.graph, x.name), x.shape.with(-1, 1))

/** Mean of all elements, a scalar. */
export function mean(tape: Tape, x: TapeValue): TapeValue {
  const share = 1 / x.shape.reduce((product, size) => product * size, 1)
  return tape.record(reduction.mean(tape.graph, x.name), [], [x], (d) => [
    expand(tape, multiply(tape, d, scalar(tape, share)), x.shape),
  ])
}
