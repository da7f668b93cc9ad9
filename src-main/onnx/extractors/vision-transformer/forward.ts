import { integer, integers } from '../../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../../graph-builder.ts'
import { conv2d } from '../../layers/conv-2d.ts'
import { weightOf } from '../../layers/layer-context.ts'
import type { LayerContext } from '../../layers/layer-context.ts'
import { linear, linearOf } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/normalisation.ts'
import { add, gelu, multiply } from '../../operators/elementwise.ts'
import { matMul } from '../../operators/linear.ts'
import { softmax } from '../../operators/normalisation.ts'
import { concatenate, sizeOf, slice, squeeze } from '../../operators/shape.ts'
import type { VisionTransformerNames } from './names.ts'
import type { VisionTransformerSizes } from './recognise-vision-transformer.ts'

const epsilon = 1e-6

/** Vision Transformer (Dosovitskiy et al. 2021; torchvision): crops [n, 3, s, s] → the class token [n, width]. */
export function visionTransformerForward(
  context: LayerContext,
  names: VisionTransformerNames,
  sizes: VisionTransformerSizes,
  crops: ValueName,
): ValueName {
  const { graph } = context
  const { width, depth, tokens } = sizes
  let rows = graph.node('Reshape', [embed(context, names, sizes, crops), graph.int64([-1, width])])
  for (let index = 0; index < depth; index += 1) {
    const block = names.block(index)
    const attended = attention(context, block, sizes, layerNorm(context, block.attentionNorm, rows, epsilon))
    rows = add(graph, rows, attended)
    const normalised = layerNorm(context, block.mixNorm, rows, epsilon)
    const mixed = linear(context, block.project, gelu(graph, linear(context, block.expand, normalised)))
    rows = add(graph, rows, mixed)
  }
  const sequences = graph.node('Reshape', [rows, graph.int64([-1, tokens, width])])
  const classToken = squeeze(graph, slice(graph, sequences, 1, 0, 1), 1)
  return layerNorm(context, names.lastNorm, classToken, epsilon)
}

/** [n, 3, s, s] → [n, tokens, width]: class token and patches, with their positions. */
function embed(
  context: LayerContext,
  names: VisionTransformerNames,
  { patch, width, tokens }: VisionTransformerSizes,
  crops: ValueName,
): ValueName {
  const { graph } = context
  const picture = conv2d(context, names.patches, crops, { stride: patch })
  const flat = graph.node('Reshape', [picture, graph.int64([-1, width, tokens - 1])])
  const patches = graph.node('Transpose', [flat], { perm: integers([0, 2, 1]) })
  const shape = concatenate(graph, [sizeOf(graph, crops, 0), graph.int64([1, width])], 0)
  const classTokens = graph.node('Expand', [weightOf(context, names.classToken), shape])
  return add(graph, concatenate(graph, [classTokens, patches], 1), weightOf(context, names.positions))
}

/** Self-attention over the tokens of each crop: rows [n · tokens, width] → the same. */
function attention(
  context: LayerContext,
  names: ReturnType<VisionTransformerNames['block']>,
  { width, heads, tokens }: VisionTransformerSizes,
  rows: ValueName,
): ValueName {
  const { graph } = context
  const perHead = width / heads
  const packed = linearOf(context, names.queryKeyValue, rows)
  const parts = graph.node('Reshape', [packed, graph.int64([-1, tokens, 3, heads, perHead])])
  const [query, key, value] = graph
    .nodes('Split', [graph.node('Transpose', [parts], { perm: integers([2, 0, 3, 1, 4]) })], { axis: integer(0) }, 3)
    .map((part) => squeeze(graph, part, 0)) as [ValueName, ValueName, ValueName]
  const scaled = multiply(graph, query, graph.float32(1 / Math.sqrt(perHead)))
  const shares = softmax(graph, matMul(graph, scaled, transposeLast(graph, key)))
  const merged = graph.node('Transpose', [matMul(graph, shares, value)], { perm: integers([0, 2, 1, 3]) })
  return linear(context, names.attentionOutput, graph.node('Reshape', [merged, graph.int64([-1, width])]))
}

/** [n, heads, tokens, d] → [n, heads, d, tokens]. */
const transposeLast = (graph: GraphBuilder, x: ValueName): ValueName =>
  graph.node('Transpose', [x], { perm: integers([0, 1, 3, 2]) })
