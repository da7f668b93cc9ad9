import { float } from '../graph-builder.ts'
import type { ValueName } from '../graph-builder.ts'
import { layerNormalisation } from '../operators/normalisation.ts'
import { weightOf } from './layer-context.ts'
import type { LayerContext } from './layer-context.ts'

/** PyTorch's own epsilon of BatchNorm2d. */
const usualEpsilon = 1e-5

/**
 * PyTorch's BatchNorm2d in eval mode: x [n, c, h, w] by `<name>.running_mean` and `<name>.running_var`, scaled and shifted.
 * ONNX Runtime folds it into the convolution before it.
 */
export function batchNorm2d(context: LayerContext, name: string, x: ValueName, epsilon = usualEpsilon): ValueName {
  const statistics = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    weightOf(context, `${name}.${part}`),
  )
  return context.graph.node('BatchNormalization', [x, ...statistics], { epsilon: float(epsilon) })
}

/** PyTorch's LayerNorm over the last axis. */
export const layerNorm = (context: LayerContext, name: string, x: ValueName, epsilon: number): ValueName =>
  layerNormalisation(context.graph, x, weightOf(context, `${name}.weight`), weightOf(context, `${name}.bias`), epsilon)
