import { integer, integers } from '../graph-builder.ts'
import type { ValueName } from '../graph-builder.ts'
import { tensorOf, weightOf } from './layer-context.ts'
import type { LayerContext } from './layer-context.ts'

export interface Conv2dOptions {
  /** 1 where left out. */
  readonly stride?: number
  /** Zeros on every side; 0 where left out. */
  readonly padding?: number
  /** 1 where left out; as many as channels makes it depthwise. */
  readonly groups?: number
}

/**
 * PyTorch's Conv2d: x [n, in, h, w], `<name>.weight` [out, in / groups, kernel, kernel] and, where there is one,
 * `<name>.bias` [out] → [n, out, h', w'].
 */
export function conv2d(context: LayerContext, name: string, x: ValueName, options: Conv2dOptions = {}): ValueName {
  const { stride = 1, padding = 0, groups = 1 } = options
  const [, , height = 1, width = 1] = tensorOf(context, `${name}.weight`).shape
  const bias = context.weights.has(`${name}.bias`) ? [weightOf(context, `${name}.bias`)] : []
  return context.graph.node('Conv', [x, weightOf(context, `${name}.weight`), ...bias], {
    kernel_shape: integers([height, width]),
    strides: integers([stride, stride]),
    pads: integers([padding, padding, padding, padding]),
    dilations: integers([1, 1]),
    group: integer(groups),
  })
}
