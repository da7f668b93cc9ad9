import { float, integer } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import { add, divide, multiply, squareRoot, subtract } from './elementwise.ts'
import { linear } from './linear.ts'
import type { BatchNormalisation } from './operators.ts'
import { unsqueeze } from './shape.ts'

/** Over the last axis, with scale and shift [d]. */
export const layerNormalisation = (
  graph: GraphBuilder,
  x: ValueName,
  weight: ValueName,
  bias: ValueName,
  epsilon: number,
): ValueName => graph.node('LayerNormalization', [x, weight, bias], { axis: integer(-1), epsilon: float(epsilon) })

/**
 * BatchNorm by running statistics after x Wᵀ + b, folded into the layer: with scale = weight / √(variance + ε) its matrix is
 * W · scale and its shift (b − mean) · scale + bias. ONNX Runtime works both out when it loads the graph.
 */
export function batchNormOfLinear(
  graph: GraphBuilder,
  x: ValueName,
  weight: ValueName,
  bias: ValueName,
  norm: BatchNormalisation<ValueName>,
): ValueName {
  const deviation = squareRoot(graph, add(graph, norm.runningVariance, graph.float32(norm.epsilon)))
  const scale = divide(graph, norm.weight, deviation)
  const shift = add(graph, multiply(graph, subtract(graph, bias, norm.runningMean), scale), norm.bias)
  return linear(graph, x, multiply(graph, weight, unsqueeze(graph, scale, 1)), shift)
}

/** Over the last axis. */
export const softmax = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Softmax', [x], { axis: integer(-1) })
