import type { ValueName } from '../../graph-builder.ts'
import { conv2d } from '../../layers/conv-2d.ts'
import type { Conv2dOptions } from '../../layers/conv-2d.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { batchNorm2d } from '../../layers/normalisation.ts'
import { globalMean, maxPool2d } from '../../layers/pooling.ts'
import { add, relu } from '../../operators/elementwise.ts'
import type { ResNetBlock } from './recognise-resnet.ts'

/** Layers count from 1, blocks from 0. */
export const blockName = (layer: number, index: number): string => `layer${layer}.${index}`

/** ResNet v1.5 (He et al. 2016; torchvision): crops [n, 3, s, s] → [n, width]. */
export function resNetForward(
  context: LayerContext,
  layers: readonly (readonly ResNetBlock[])[],
  crops: ValueName,
): ValueName {
  const { graph } = context
  const stem = relu(graph, normalised(context, 'conv1', 'bn1', crops, { stride: 2, padding: 3 }))
  let x = maxPool2d(graph, stem, { kernel: 3, stride: 2, padding: 1 })
  for (const [layer, blocks] of layers.entries()) {
    for (const [index, shape] of blocks.entries()) {
      const stride = layer > 0 && index === 0 ? 2 : 1
      x = block(context, blockName(layer + 1, index), shape, x, stride)
    }
  }
  return globalMean(graph, x)
}

function block(context: LayerContext, name: string, shape: ResNetBlock, x: ValueName, stride: number): ValueName {
  const { graph } = context
  const step = (index: number, input: ValueName, options: Conv2dOptions): ValueName =>
    normalised(context, `${name}.conv${index}`, `${name}.bn${index}`, input, options)
  const around = shape.downsamples
    ? normalised(context, `${name}.downsample.0`, `${name}.downsample.1`, x, { stride })
    : x
  const through =
    shape.convolutions === 3
      ? step(3, relu(graph, step(2, relu(graph, step(1, x, {})), { stride, padding: 1 })), {})
      : step(2, relu(graph, step(1, x, { stride, padding: 1 })), { padding: 1 })
  return relu(graph, add(graph, through, around))
}

const normalised = (
  context: LayerContext,
  conv: string,
  norm: string,
  x: ValueName,
  options: Conv2dOptions,
): ValueName => batchNorm2d(context, norm, conv2d(context, conv, x, options))
