import type { GraphBuilder, ValueName } from '../graph-builder.ts'

export const equal = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Equal', [a, b])

export const greater = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Greater', [a, b])

export const and = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('And', [a, b])

export const or = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Or', [a, b])

export const not = (graph: GraphBuilder, a: ValueName): ValueName => graph.node('Not', [a])

/** Picks from two float32 or int64 values by a boolean one (ONNX Runtime has no Where for booleans). */
export const where = (
  graph: GraphBuilder,
  condition: ValueName,
  whenTrue: ValueName,
  whenFalse: ValueName,
): ValueName => graph.node('Where', [condition, whenTrue, whenFalse])
