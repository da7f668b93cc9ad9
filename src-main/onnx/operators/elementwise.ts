import type { GraphBuilder, ValueName } from '../graph-builder.ts'

export const add = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Add', [a, b])

export const subtract = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Sub', [a, b])

export const multiply = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Mul', [a, b])

export const divide = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Div', [a, b])

/** The larger of the two, element by element. */
export const maximum = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Max', [a, b])

/** The smaller of the two, element by element. */
export const minimum = (graph: GraphBuilder, a: ValueName, b: ValueName): ValueName => graph.node('Min', [a, b])

export const negate = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Neg', [x])

export const absolute = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Abs', [x])

export const exponential = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Exp', [x])

export const logarithm = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Log', [x])

export const squareRoot = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Sqrt', [x])

const errorFunction = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Erf', [x])

export const relu = (graph: GraphBuilder, x: ValueName): ValueName => graph.node('Relu', [x])

/** GELU by the error function, x · 0.5 · (1 + erf(x / √2)): operator set 17 has no Gelu; ONNX Runtime fuses this form. */
export function gelu(graph: GraphBuilder, x: ValueName): ValueName {
  const error = errorFunction(graph, divide(graph, x, graph.float32(Math.SQRT2)))
  return multiply(graph, multiply(graph, x, add(graph, error, graph.float32(1))), graph.float32(0.5))
}
