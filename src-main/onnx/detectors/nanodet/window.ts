import type { TfNode } from '#main/codecs/tfjs/graph-model.ts'
import type { OnnxAttribute } from '#main/codecs/onnx/model.ts'
import { integers } from '../../graph-builder.ts'
import type { GraphBuilder } from '../../graph-builder.ts'
import { channelsFirst, padded, storedIn } from './lazy-value.ts'
import type { LazyTensor } from './lazy-value.ts'
import { attribute, mustBe, unsupported } from './tf-node.ts'

/** A convolution's or pooling's window over height and width. */
export interface SlidingWindow {
  /** The input, channels first, without the padding that became an attribute. */
  readonly input: LazyTensor
  readonly attributes: Readonly<Record<'kernel_shape' | 'strides' | 'pads', OnnxAttribute>>
  /** Height and width of the output. */
  readonly outputSize: readonly [height: number, width: number]
}

/**
 * The window of a NHWC node with padding `VALID`. A padding of the input's height and width becomes the window's own where
 * `absorbs` says that ONNX pads with the same value (0 for convolutions, −∞ for a maximum).
 */
export function slidingWindow(
  graph: GraphBuilder,
  node: TfNode,
  tensor: LazyTensor,
  kernel: readonly [height: number, width: number],
  absorbs: (padding: number) => boolean,
): SlidingWindow {
  mustBe(node, 'data_format', 'text', 'NHWC')
  mustBe(node, 'padding', 'text', 'VALID')
  mustBe(node, 'dilations', 'integers', [1, 1, 1, 1])
  const strides = attribute(node, 'strides', 'integers') ?? []
  const [, down, across] = strides
  if (tensor.shape.length !== 4 || !down || !across || down < 1 || across < 1) {
    throw unsupported(
      node,
      `its window over a tensor of ${tensor.shape.length} axes has the strides ${strides.join(', ')}`,
    )
  }
  const { low, high, value } = tensor.padding ?? { low: [0, 0, 0, 0], high: [0, 0, 0, 0], value: 0 }
  const onlySpatial = [0, 3].every((axis) => low[axis] === 0 && high[axis] === 0)
  const absorbed = tensor.padding !== null && onlySpatial && absorbs(value)
  const input = storedIn(graph, absorbed ? { ...tensor, padding: null } : padded(graph, tensor), channelsFirst)
  const pads = absorbed ? [low[1]!, low[2]!, high[1]!, high[2]!] : [0, 0, 0, 0]
  const outputSize = [
    Math.floor((tensor.shape[1]! - kernel[0]) / down) + 1,
    Math.floor((tensor.shape[2]! - kernel[1]) / across) + 1,
  ] as const
  if (Math.min(...outputSize) < 1) throw unsupported(node, 'its window is larger than its input')
  return {
    input,
    attributes: { kernel_shape: integers(kernel), strides: integers([down, across]), pads: integers(pads) },
    outputSize,
  }
}
