import { integer, integers } from '../../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../../graph-builder.ts'
import { conv2d } from '../../layers/conv-2d.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { tensorOf } from '../../layers/layer-context.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/normalisation.ts'
import { add, gelu, multiply } from '../../operators/elementwise.ts'
import { reshaped } from '../../weight.ts'
import type { ConvNextNames } from './names.ts'
import type { ConvNextSizes } from './recognise-convnext.ts'

const epsilon = 1e-6
const reduction = 2

/** Features of one stage as rows: [n · side · side, width], a row for each pixel. */
interface Rows {
  readonly value: ValueName
  readonly side: number
  readonly width: number
}

/**
 * ConvNeXt (Liu et al. 2022): crops [n, 3, s, s] → [n, width]. Between convolutions the features are rows of channels, so that
 * LayerNorm and the two Linear layers of a block need no transposing; ONNX Runtime joins the transposes around a convolution
 * with its own change of layout.
 */
export function convNextForward(
  context: LayerContext,
  names: ConvNextNames,
  { patch, kernel, depths, widths }: ConvNextSizes,
  crops: ValueName,
  inputPx: number,
): ValueName {
  const { graph } = context
  const side = Math.floor(inputPx / patch)
  const stem = conv2d(context, names.stem.conv, crops, { stride: patch })
  let rows = toRows(graph, stem, side, widths[0]!)
  rows = { ...rows, value: layerNorm(context, names.stem.norm, rows.value, epsilon) }
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) rows = downsample(context, names.downsample(stage), rows, widths[stage]!)
    for (let index = 0; index < depth; index += 1) rows = block(context, names.block(stage, index), rows, kernel)
  }
  const pixels = graph.node('Reshape', [rows.value, graph.int64([-1, rows.side * rows.side, rows.width])])
  const mean = graph.node('ReduceMean', [pixels], { axes: integers([1]), keepdims: integer(0) })
  return layerNorm(context, names.headNorm, mean, epsilon)
}

function block(context: LayerContext, names: ReturnType<ConvNextNames['block']>, rows: Rows, kernel: number): Rows {
  const { graph } = context
  const picture = toPicture(graph, rows)
  const filtered = conv2d(context, names.depthwise, picture, { padding: (kernel - 1) / 2, groups: rows.width })
  const normalised = layerNorm(context, names.norm, toRows(graph, filtered, rows.side, rows.width).value, epsilon)
  const mixed = linear(context, names.project, gelu(graph, linear(context, names.expand, normalised)))
  const scale = graph.weight(names.scale, reshaped(tensorOf(context, names.scale), [rows.width]))
  return { ...rows, value: add(graph, rows.value, multiply(graph, mixed, scale)) }
}

function downsample(
  context: LayerContext,
  names: ReturnType<ConvNextNames['downsample']>,
  rows: Rows,
  width: number,
): Rows {
  const normalised = { ...rows, value: layerNorm(context, names.norm, rows.value, epsilon) }
  const reduced = conv2d(context, names.conv, toPicture(context.graph, normalised), { stride: reduction })
  return toRows(context.graph, reduced, Math.floor(rows.side / reduction), width)
}

/** [n, width, side, side] → [n · side · side, width]. */
function toRows(graph: GraphBuilder, picture: ValueName, side: number, width: number): Rows {
  const channelsLast = graph.node('Transpose', [picture], { perm: integers([0, 2, 3, 1]) })
  return { value: graph.node('Reshape', [channelsLast, graph.int64([-1, width])]), side, width }
}

/** [n · side · side, width] → [n, width, side, side]. */
function toPicture(graph: GraphBuilder, { value, side, width }: Rows): ValueName {
  const channelsLast = graph.node('Reshape', [value, graph.int64([-1, side, side, width])])
  return graph.node('Transpose', [channelsLast], { perm: integers([0, 3, 1, 2]) })
}
