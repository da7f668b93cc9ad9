import type { ValueName } from '../graph-builder.ts'
import { requireWeight, sizeIn } from './checked-context.ts'
import type { CheckedContext } from './checked-context.ts'
import { conv2d } from './conv-2d.ts'
import { batchNorm2d } from './normalisation.ts'

/** A picture in the graph, [n, channels, h, w]. */
export interface FeatureMap {
  readonly value: ValueName
  readonly channels: number
}

export interface ConvNormNames {
  readonly conv: string
  readonly norm: string
}

export interface ConvNormOptions {
  /** 1 where left out. */
  readonly stride?: number
  /** Of the BatchNorm; PyTorch's 1e-5 where left out. */
  readonly epsilon?: number
}

/** The checked convolution under a name, padded so that it keeps the picture's size at stride 1. */
export function checkedConv(context: CheckedContext, name: string, x: FeatureMap, stride = 1): FeatureMap {
  const weight = `${name}.weight`
  const [channels, kernel] = [sizeIn(context, weight, 0), sizeIn(context, weight, 2)]
  requireWeight(context, weight, [channels, x.channels, kernel, kernel])
  if (context.weights.has(`${name}.bias`)) requireWeight(context, `${name}.bias`, [channels])
  return { value: conv2d(context, name, x.value, { stride, padding: (kernel - 1) / 2 }), channels }
}

/** A convolution as `checkedConv` makes it and its BatchNorm. */
export function convNorm(
  context: CheckedContext,
  { conv, norm }: ConvNormNames,
  x: FeatureMap,
  { stride = 1, epsilon }: ConvNormOptions = {},
): FeatureMap {
  const { value, channels } = checkedConv(context, conv, x, stride)
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
    requireWeight(context, `${norm}.${part}`, [channels])
  }
  return { value: batchNorm2d(context, norm, value, epsilon), channels }
}
