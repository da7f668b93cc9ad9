import { integer } from '#main/onnx/graph-builder.ts'
import { linear as emitLinear, transpose as emitTranspose } from '#main/onnx/operators/linear.ts'
import { reshape, sumOverAxes } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

/** a b of two matrices, either of them transposed on the way in; carries no gradient itself. */
function product(tape: Tape, a: TapeValue, b: TapeValue, transposeA: boolean, transposeB: boolean): TapeValue {
  const attributes = { transA: integer(transposeA ? 1 : 0), transB: integer(transposeB ? 1 : 0) }
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!]
  return tape.value(tape.graph.node('Gemm', [a.name, b.name], attributes), shape)
}

/** a b: [n, m] and [m, p] → [n, p]. */
export function matMul(tape: Tape, a: TapeValue, b: TapeValue): TapeValue {
  const { name, shape } = product(tape, a, b, false, false)
  return tape.record(name, shape, [a, b], (d) => [
    a.needsGradient ? product(tape, d, b, false, true) : null,
    b.needsGradient ? product(tape, a, d, true, false) : null,
  ])
}

/** x Wᵀ + b: x [n, in], weight [out, in], bias [out] → [n, out]. */
export function linear(tape: Tape, x: TapeValue, weight: TapeValue, bias: TapeValue): TapeValue {
  const name = emitLinear(tape.graph, x.name, weight.name, bias.name)
  return tape.record(name, [x.shape[0]!, weight.shape[0]!], [x, weight, bias], (d) => [
    x.needsGradient ? product(tape, d, weight, false, false) : null,
    weight.needsGradient ? product(tape, d, x, true, false) : null,
    bias.needsGradient ? reshape(tape, sumOverAxes(tape, d, [0]), bias.shape) : null,
  ])
}

/** [n, m] → [m, n]. */
export function transpose(tape: Tape, x: TapeValue): TapeValue {
  const [rows, columns] = [x.shape[0]!, x.shape[1]!]
  return tape.record(emitTranspose(tape.graph, x.name), [columns, rows], [x], (d) => [transpose(tape, d)])
}
