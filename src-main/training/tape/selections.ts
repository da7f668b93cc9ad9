import { integer } from '#main/onnx/graph-builder.ts'
import { bytesOf } from '#main/onnx/graph-builder.ts'
import { cast } from '#main/onnx/operators/shape.ts'
import { maximumOfRow } from '#main/onnx/operators/reduction.ts'
import { matMul } from './matrices.ts'
import type { Tape, TapeValue } from './tape.ts'

/** [n, n] of booleans, true on the diagonal. */
export function diagonal(tape: Tape, size: number, known: Map<number, TapeValue>): TapeValue {
  const made = known.get(size)
  if (made !== undefined) return made
  const values = Uint8Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0))
  const name = tape.graph.initializer(`diagonal/${size}`, 'bool', [size, size], bytesOf(values))
  const value = tape.value(name, [size, size])
  known.set(size, value)
  return value
}

/** [n, m] of booleans → [n, 1]: true where any of the row is. */
export function anyOfRow(tape: Tape, x: TapeValue): TapeValue {
  const largest = maximumOfRow(tape.graph, cast(tape.graph, x.name, 'int32'))
  return tape.value(cast(tape.graph, largest, 'bool'), x.shape.with(-1, 1))
}

/** The k = max(1, min(limit, n − 1)) largest of each row of [n, n], falling; of equal values the lower column comes first. */
export function nearest(
  tape: Tape,
  similarity: TapeValue,
  limit: number,
): { readonly similarity: TapeValue; readonly index: TapeValue } {
  const [rows, columns] = [similarity.shape[0]!, similarity.shape[1]!]
  const count = Math.max(1, Math.min(limit, columns - 1))
  const attributes = { axis: integer(1), largest: integer(1), sorted: integer(1) }
  const [values, positions] = tape.graph.nodes('TopK', [similarity.name, tape.graph.int64([count])], attributes, 2)
  const index = tape.value(positions!, [rows, count])
  return {
    index,
    similarity: tape.record(values!, [rows, count], [similarity], (d) => [spread(tape, index, d, columns)]),
  }
}

/** [n, columns] with `values` [n, k] at `index` [n, k] and 0 elsewhere. */
function spread(tape: Tape, index: TapeValue, values: TapeValue, columns: number): TapeValue {
  const { graph } = tape
  const shape = [values.shape[0]!, columns]
  const zeros = graph.node('ConstantOfShape', [graph.int64(shape)])
  const name = graph.node('ScatterElements', [zeros, index.name, values.name], { axis: integer(1) })
  return tape.record(name, shape, [values], (d) => [
    tape.value(graph.node('GatherElements', [d.name, index.name], { axis: integer(1) }), values.shape),
  ])
}

/** Σ_j weight[i, j] · rows[index[i, j]] as a product with the [n, n] matrix of weights: the faster form for a batch. */
export function weightedRows(tape: Tape, rows: TapeValue, index: TapeValue, weight: TapeValue): TapeValue {
  return matMul(tape, spread(tape, index, weight, rows.shape[0]!), rows)
}
