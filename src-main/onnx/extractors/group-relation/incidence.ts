import type { GraphBuilder, ValueName } from '../../graph-builder.ts'
import { add, multiply } from '../../operators/elementwise.ts'
import { matMul, transpose } from '../../operators/linear.ts'
import { squeeze, unsqueeze } from '../../operators/shape.ts'

/** Which students an edge joins: the products with H [edges, N] that a block of the relation encoder needs. */
export interface Incidence {
  /** H · rows: [N, d] → [edges, d]. */
  readonly toEdges: (rows: ValueName) => ValueName
  /** Hᵀ · rows: [edges, d] → [N, d]. */
  readonly toNodes: (rows: ValueName) => ValueName
  /**
   * (a ∘ H) · rows, where a[edge, node] = score(nodes[node] + edges[edge]): rows [N, d], nodes [N, k], edges [edges, k],
   * score [.., k] → [.., 1].
   */
  readonly attended: (
    rows: ValueName,
    nodes: ValueName,
    edges: ValueName,
    score: (hidden: ValueName) => ValueName,
  ) => ValueName
}

/** Edges given by the whole matrix H [edges, N]. */
export function denseIncidence(graph: GraphBuilder, matrix: ValueName): Incidence {
  return {
    toEdges: (rows) => matMul(graph, matrix, rows),
    toNodes: (rows) => matMul(graph, transpose(graph, matrix), rows),
    attended: (rows, nodes, edges, score) => {
      const hidden = add(graph, unsqueeze(graph, nodes, 0), unsqueeze(graph, edges, 1)) // [edges, N, k]
      return matMul(graph, multiply(graph, squeeze(graph, score(hidden), 2), matrix), rows)
    },
  }
}

/**
 * An edge for each ordered pair, edge i · N + j: H[edge] = v_j at j and v_i · v_j at i, and both added up for a pair of a
 * student with itself. An edge has two places only, so that nothing of size [N², N] is made: a matrix product with H is a
 * sum of two shifted copies.
 *
 * @param valid v, float32 [N, 1]: 1 for a student, 0 for a padded row
 */
export function pairIncidence(graph: GraphBuilder, valid: ValueName): Incidence {
  const atFirst = (rows: ValueName): ValueName => unsqueeze(graph, rows, 1) // [N, 1, d]: the same for every j
  const atSecond = (rows: ValueName): ValueName => unsqueeze(graph, rows, 0) // [1, N, d]: the same for every i
  const [validFirst, validSecond] = [atFirst(valid), atSecond(valid)]
  const columns = (rows: ValueName): ValueName => graph.node('Slice', [graph.node('Shape', [rows]), one, two])
  const [one, two] = [graph.int64([1]), graph.int64([2])]
  const count = graph.node('Slice', [graph.node('Shape', [valid]), graph.int64([0]), one])
  /** [N², d] → [N, N, d]. */
  const square = (rows: ValueName): ValueName =>
    graph.node('Reshape', [rows, graph.node('Concat', [count, count, columns(rows)], axisZero)])
  /** v_j · (second + v_i · first): [N, N, d] from what broadcasts to it → [N², d]. */
  const joined = (first: ValueName, second: ValueName): ValueName => {
    const sum = multiply(graph, validSecond, add(graph, second, multiply(graph, validFirst, first)))
    const width = graph.node('Slice', [graph.node('Shape', [sum]), two, graph.int64([3])])
    return graph.node('Reshape', [sum, graph.node('Concat', [graph.int64([-1]), width], axisZero)])
  }
  const sumOver = (x: ValueName, axis: number): ValueName =>
    graph.node('ReduceSum', [x, graph.int64([axis])], { keepdims: { kind: 'int', value: 0n } })
  return {
    toEdges: (rows) => joined(atFirst(rows), atSecond(rows)),
    toNodes: (rows) => {
      const pairs = square(rows)
      const asFirst = sumOver(multiply(graph, pairs, validSecond), 1)
      return multiply(graph, valid, add(graph, sumOver(pairs, 0), asFirst))
    },
    attended: (rows, nodes, edges, score) => {
      const pairs = square(edges)
      const weighted = (place: (rows: ValueName) => ValueName): ValueName =>
        multiply(graph, score(add(graph, place(nodes), pairs)), place(rows))
      return joined(weighted(atFirst), weighted(atSecond))
    },
  }
}

const axisZero = { axis: { kind: 'int', value: 0n } } as const
