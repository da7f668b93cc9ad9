import { integer, integers } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'

/** x Wᵀ + b with PyTorch's weight layout: x [n, in], weight [out, in], bias [out] → [n, out]. */
export const linear = (graph: GraphBuilder, x: ValueName, weight: ValueName, bias: ValueName): ValueName =>
  graph.node('Gemm', [x, weight, bias], { transB: integer(1) })

/** a b over the last two axes. */
export const matMul = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('MatMul', [a, b])

/** [n, m] → [m, n]. */
export const transpose = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Transpose', [x], { perm: integers([1, 0]) })
