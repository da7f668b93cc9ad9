import { float, integer } from '../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../graph-builder.ts'
import type { BatchNormalisation } from './operators.ts'

/** Over the last axis, with scale and shift [d]. */
export const layerNormalisation = (
  graph: GraphBuilder,
  x: ValueName,
  weight: ValueName,
  bias: ValueName,
  epsilon: number,
): ValueName => graph.node('LayerNormalization', [x, weight, bias], { axis: integer(-1), epsilon: float(epsilon) })

/** By running statistics, x [n, d]. */
export const batchNormalisation = (
  graph: GraphBuilder,
  x: ValueName,
  { weight, bias, runningMean, runningVariance }: BatchNormalisation<ValueName>,
  epsilon: number,
): ValueName =>
  graph.node('BatchNormalization', [x, weight, bias, runningMean, runningVariance], { epsilon: float(epsilon) })

/** Over the last axis. */
export const softmax = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Softmax', [x], { axis: integer(-1) })
