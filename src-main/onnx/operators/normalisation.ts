import { float, integer } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import { add, divide, multiply, squareRoot, subtract } from './elementwise.ts'
import type { BatchNormalisation } from './operators.ts'

/** Over the last axis, with scale and shift [d]. */
export const layerNormalisation = (
  graph: GraphBuilder,
  x: ValueName,
  weight: ValueName,
  bias: ValueName,
  epsilon: number,
): ValueName => graph.node('LayerNormalization', [x, weight, bias], { axis: integer(-1), epsilon: float(epsilon) })

/**
 * By running statistics, x [n, d]: x · scale + shift, where scale = weight / √(variance + ε) and shift = bias − mean · scale.
 * ONNX Runtime works both out when it loads the graph; its BatchNormalization kernel takes three times as long on [n, d].
 */
export function batchNormalisation(
  graph: GraphBuilder,
  x: ValueName,
  { weight, bias, runningMean, runningVariance }: BatchNormalisation<ValueName>,
  epsilon: number,
): ValueName {
  const deviation = squareRoot(graph, add(graph, runningVariance, graph.float32(epsilon)))
  const scale = divide(graph, weight, deviation)
  const shift = subtract(graph, bias, multiply(graph, runningMean, scale))
  return add(graph, multiply(graph, x, scale), shift)
}

/** Over the last axis. */
export const softmax = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Softmax', [x], { axis: integer(-1) })
