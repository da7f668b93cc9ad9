import { integer } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import { maximum, minimum, subtract } from './elementwise.ts'
import { equal, greater, where } from './logic.ts'
import { matMul } from './linear.ts'
import { gatherRows, range, sizeOf, squeeze, unsqueeze } from './shape.ts'

/** Of a square [n, n] value: true on the diagonal (EyeLike has no boolean kernel in ONNX Runtime). */
export function diagonal(graph: GraphBuilder, square: ValueName): ValueName {
  const index = range(graph, sizeOf(graph, square, 1))
  return equal(graph, unsqueeze(graph, index, 0), unsqueeze(graph, index, 1))
}

/** The k largest of each row of [n, n], k = max(1, min(limit, n − 1)); ONNX gives the lower index first among equals. */
export function nearest(
  graph: GraphBuilder,
  similarity: ValueName,
  limit: number,
): { readonly similarity: ValueName; readonly index: ValueName } {
  const one = graph.int64([1])
  const others = subtract(graph, sizeOf(graph, similarity, 1), one)
  const count = maximum(graph, minimum(graph, others, graph.int64([limit])), one)
  const attributes = { axis: integer(1), largest: integer(1), sorted: integer(1) }
  const [values, index] = graph.nodes('TopK', [similarity, count], attributes, 2)
  return { similarity: values!, index: index! }
}

/**
 * Σ_j weight[i, j] · rows[index[i, j]]: rows [n, d], index and weight [n, k] → [n, d]. Where the weight is 0 the row itself
 * stands in, so that a row that must not count cannot bring in a NaN or an infinity.
 */
export function weightedRows(graph: GraphBuilder, rows: ValueName, index: ValueName, weight: ValueName): ValueName {
  const own = unsqueeze(graph, range(graph, sizeOf(graph, rows, 0)), 1) // [n, 1]
  const counted = where(graph, greater(graph, weight, graph.float32(0)), index, own)
  const gathered = gatherRows(graph, rows, counted) // [n, k, d]
  return squeeze(graph, matMul(graph, unsqueeze(graph, weight, 1), gathered), 1)
}
