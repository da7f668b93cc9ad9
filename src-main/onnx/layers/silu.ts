import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import { multiply } from '../operators/elementwise.ts'

/** x · sigmoid(x), element by element. */
export const silu = (graph: GraphBuilder, x: ValueName): ValueName => multiply(graph, x, graph.node('Sigmoid', [x]))
