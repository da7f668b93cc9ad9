import { integer } from '#main/onnx/graph-builder.ts'
import { linear as emitLinear, transpose as emitTranspose } from '#main/onnx/operators/linear.ts'
import { ones } from './arithmetic.ts'
import { reshape } from './shapes.ts'
import type { Tape, TapeValue } from './tape.ts'

interface ProductOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  /** Added to the product, of its shape. */
  readonly plus?: TapeValue
}

/** a b of two matrices; carries no gradient itself. */
export function product(tape: Tape, a: TapeValue, b: TapeValue, options: ProductOptions = {}): TapeValue {
  const { transposeA = false, transposeB = false, plus } = options
  const attributes = { transA: integer(transposeA ? 1 : 0), transB: integer(transposeB ? 1 : 0) }
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!]
  return tape.value(
    tape.graph.node(
      'Gemm',
      [a, b, ...(plus ? [plus] : [])].map(({ name }) => name),
      attributes,
    ),
    shape,
  )
}

/** [n, d] → [1, d], as a product: ONNX Runtime takes it several times faster than ReduceSum over rows. Carries no gradient. */
export const sumOfColumns = (tape: Tape, x: TapeValue): TapeValue =>
  product(tape, reshape(tape, ones(tape, x.shape[0]!), [1, x.shape[0]!]), x)

/** a b: [n, m] and [m, p] → [n, p]. */
export function matMul(tape: Tape, a: TapeValue, b: TapeValue): TapeValue {
  const { name, shape } = product(tape, a, b)
  return tape.record(name, shape, [a, b], (d) => [
    a.needsGradient ? product(tape, d, b, { transposeB: true }) : null,
    b.needsGradient ? product(tape, a, d, { transposeA: true }) : null,
  ])
}

/** x Wᵀ + b: x [n, in], weight [out, in], bias [out] → [n, out]. */
export function linear(tape: Tape, x: TapeValue, weight: TapeValue, bias: TapeValue): TapeValue {
  const name = emitLinear(tape.graph, x.name, weight.name, bias.name)
  return tape.record(name, [x.shape[0]!, weight.shape[0]!], [x, weight, bias], (d) => [
    x.needsGradient ? product(tape, d, weight) : null,
    weight.needsGradient ? product(tape, d, x, { transposeA: true }) : null,
    bias.needsGradient ? reshape(tape, sumOfColumns(tape, d), bias.shape) : null,
  ])
}

/** [n, m] → [m, n]. */
export function transpose(tape: Tape, x: TapeValue): TapeValue {
  const [rows, columns] = [x.shape[0]!, x.shape[1]!]
  return tape.record(emitTranspose(tape.graph, x.name), [columns, rows], [x], (d) => [transpose(tape, d)])
}
