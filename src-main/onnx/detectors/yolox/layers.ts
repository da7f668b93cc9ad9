import { integer } from '../../graph-builder.ts'
import type { CheckedContext } from '../../layers/checked-context.ts'
import { convNorm } from '../../layers/conv-norm.ts'
import type { FeatureMap } from '../../layers/conv-norm.ts'
import { listLength } from '../../layers/list-length.ts'
import { maxPool2d } from '../../layers/pooling.ts'
import { resizeNearest } from '../../layers/resize-nearest.ts'
import { silu } from '../../layers/silu.ts'
import * as operators from '../../operators/elementwise.ts'

/** YOLOX sets its BatchNorms to this, ten times PyTorch's own. */
const epsilon = 1e-3

/** BaseConv: convolution, BatchNorm, SiLU. */
export function baseConv(context: CheckedContext, name: string, x: FeatureMap, stride = 1): FeatureMap {
  const names = { conv: `${name}.conv`, norm: `${name}.bn` }
  const { value, channels } = convNorm(context, names, x, { stride, epsilon })
  return { value: silu(context.graph, value), channels }
}

/** Pictures of one size on top of each other. */
export const stacked = ({ graph }: CheckedContext, maps: readonly FeatureMap[]): FeatureMap => ({
  value: graph.node(
    'Concat',
    maps.map(({ value }) => value),
    { axis: integer(1) },
  ),
  channels: maps.reduce((sum, { channels }) => sum + channels, 0),
})

export const upsampled = ({ graph }: CheckedContext, { value, channels }: FeatureMap): FeatureMap => ({
  value: resizeNearest(graph, value, 2),
  channels,
})

/** Every second pixel four times over, so that a quarter of the size has four times the channels: (row, column) as listed. */
export function focus(context: CheckedContext, name: string, x: FeatureMap): FeatureMap {
  const { graph } = context
  const [end, axes, steps] = [graph.int64([2 ** 31 - 1, 2 ** 31 - 1]), graph.int64([2, 3]), graph.int64([2, 2])]
  const from = (row: number, column: number): FeatureMap => ({
    value: graph.node('Slice', [x.value, graph.int64([row, column]), end, axes, steps]),
    channels: x.channels,
  })
  return baseConv(context, `${name}.conv`, stacked(context, [from(0, 0), from(1, 0), from(0, 1), from(1, 1)]))
}

/** CSPLayer: conv3 of [bottlenecks(conv1 x), conv2 x]. */
export function cspLayer(context: CheckedContext, name: string, x: FeatureMap, shortcut: boolean): FeatureMap {
  let main = baseConv(context, `${name}.conv1`, x)
  const beside = baseConv(context, `${name}.conv2`, x)
  for (let index = 0; index < listLength(context.weights, `${name}.m`); index += 1) {
    const input = main
    main = baseConv(context, `${name}.m.${index}.conv2`, baseConv(context, `${name}.m.${index}.conv1`, main))
    if (shortcut) main = { value: operators.add(context.graph, main.value, input.value), channels: main.channels }
  }
  return baseConv(context, `${name}.conv3`, stacked(context, [main, beside]))
}

/** Sides of the windows of spatial pyramid pooling, in px of its level. */
const poolSizes = [5, 9, 13] as const

/** Spatial pyramid pooling: the largest values of three windows beside the values themselves. */
export function pyramidPooling(context: CheckedContext, name: string, x: FeatureMap): FeatureMap {
  const { value, channels } = baseConv(context, `${name}.conv1`, x)
  const pooled = poolSizes.map((kernel) => ({
    value: maxPool2d(context.graph, value, { kernel, stride: 1, padding: (kernel - 1) / 2 }),
    channels,
  }))
  return baseConv(context, `${name}.conv2`, stacked(context, [{ value, channels }, ...pooled]))
}
