import { float } from '../../graph-builder.ts'
import type { GraphBuilder } from '../../graph-builder.ts'
import { add } from '../../operators/elementwise.ts'
import { concatenate } from '../../operators/shape.ts'
import { asStored, channelsFirst, padded, storedIn, weightIn } from './lazy-value.ts'
import type { LazyTensor, LazyValue } from './lazy-value.ts'
import { attribute, constantInput, mustBe, tensorInput, unsupported } from './tf-node.ts'
import type { NodeView } from './tf-node.ts'
import { slidingWindow } from './window.ts'

/** Converts one node; the value it answers stands for the node's first output. */
type Conversion = (graph: GraphBuilder, view: NodeView) => LazyValue

/** The operators of networks of convolutions as TensorFlow.js stores them. */
export const conversions: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['Identity', (_, view) => tensorInput(view, 0)],
  ['Transpose', transpose],
  ['Pad', pad],
  ['PadV2', pad],
  ['Conv2D', (graph, view) => convolution(graph, view, null)],
  ['Add', sum],
  ['AddV2', sum],
  ['LeakyRelu', leakyRelu],
  ['MaxPool', maxPool],
  ['ConcatV2', concat],
  ['ResizeBilinear', resizeBilinear],
])

function transpose(_: GraphBuilder, view: NodeView): LazyTensor {
  const tensor = tensorInput(view, 0)
  const order = [...constantInput(view, 1).values]
  const rank = tensor.shape.length
  if (order.toSorted((a, b) => a - b).join() !== asStored(rank).join()) {
    throw unsupported(view.node, `[${order.join(', ')}] is no order of ${rank} axes`)
  }
  const moved = (values: readonly number[]): number[] => order.map((axis) => values[axis]!)
  const { shape, storedAxes, padding } = tensor
  return {
    ...tensor,
    shape: moved(shape),
    storedAxes: storedAxes.map((axis) => order.indexOf(axis)),
    padding: padding && { ...padding, low: moved(padding.low), high: moved(padding.high) },
  }
}

function pad(graph: GraphBuilder, view: NodeView): LazyTensor {
  const tensor = padded(graph, tensorInput(view, 0))
  const amounts = [...constantInput(view, 1).values]
  const low = tensor.shape.map((_, axis) => amounts[2 * axis] ?? NaN)
  const high = tensor.shape.map((_, axis) => amounts[2 * axis + 1] ?? NaN)
  if (![...low, ...high].every((amount) => amount >= 0 && amount < 1e6)) {
    throw unsupported(view.node, `its paddings are ${amounts.join(', ')}`)
  }
  if (amounts.every((amount) => amount === 0)) return tensor
  const value = view.inputs.length > 2 ? constantInput(view, 2).values[0]! : 0
  const shape = tensor.shape.map((size, axis) => size + low[axis]! + high[axis]!)
  return { ...tensor, shape, padding: { low, high, value } }
}

/** A convolution of NHWC input by HWIO weights. `biasInput` is the node that adds a number to every channel, if one does. */
export function convolution(
  graph: GraphBuilder,
  view: NodeView,
  biasName: string | null,
  bias?: LazyValue,
): LazyTensor {
  const { node } = view
  const tensor = tensorInput(view, 0)
  const weight = constantInput(view, 1)
  const [height, width, channels, filters] = weight.shape
  if (!height || !width || !filters || channels !== tensor.shape[3]) {
    throw unsupported(node, `weights [${weight.shape.join(', ')}] do not fit ${tensor.shape[3] ?? 'no'} channels`)
  }
  const window = slidingWindow(graph, node, tensor, [height, width], (value) => value === 0)
  const inputs = [window.input.name, weightIn(graph, node.inputs[1]!, weight, [3, 2, 0, 1])]
  if (biasName !== null && bias?.kind === 'constant') inputs.push(weightIn(graph, biasName, bias.tensor, [0]))
  const name = graph.node('Conv', inputs, window.attributes)
  const shape = [tensor.shape[0]!, ...window.outputSize, filters]
  return { kind: 'tensor', name, shape, storedAxes: channelsFirst, padding: null }
}

/** Two tensors of one shape. */
function sum(graph: GraphBuilder, view: NodeView): LazyTensor {
  const first = padded(graph, tensorInput(view, 0))
  const second = storedIn(graph, tensorInput(view, 1), first.storedAxes)
  if (first.shape.join() !== second.shape.join()) {
    throw unsupported(view.node, `it adds [${second.shape.join(', ')}] to [${first.shape.join(', ')}]`)
  }
  return { ...first, name: add(graph, first.name, second.name) }
}

function leakyRelu(graph: GraphBuilder, view: NodeView): LazyTensor {
  const tensor = padded(graph, tensorInput(view, 0))
  // 0.2 is TensorFlow's default.
  const alpha = float(attribute(view.node, 'alpha', 'float') ?? 0.2)
  return { ...tensor, name: graph.node('LeakyRelu', [tensor.name], { alpha }) }
}

/** Less than any activation: padding with it is as good as none. */
const nearlyMinusInfinity = -1e30

function maxPool(graph: GraphBuilder, view: NodeView): LazyTensor {
  const { node } = view
  const [batch, height, width, channels] = attribute(node, 'ksize', 'integers') ?? []
  if (batch !== 1 || channels !== 1 || !height || !width)
    throw unsupported(node, 'its window is not over height and width')
  const tensor = tensorInput(view, 0)
  const window = slidingWindow(graph, node, tensor, [height, width], (value) => value < nearlyMinusInfinity)
  const name = graph.node('MaxPool', [window.input.name], window.attributes)
  const shape = [tensor.shape[0]!, ...window.outputSize, tensor.shape[3]!]
  return { kind: 'tensor', name, shape, storedAxes: channelsFirst, padding: null }
}

function concat(graph: GraphBuilder, view: NodeView): LazyTensor {
  const count = view.inputs.length - 1
  const first = padded(graph, tensorInput(view, 0))
  const tensors = view.inputs
    .slice(0, count)
    .map((_, place) => storedIn(graph, tensorInput(view, place), first.storedAxes))
  const rank = first.shape.length
  const given = constantInput(view, count).values[0] ?? NaN
  const axis = given < 0 ? given + rank : given
  const fits = tensors.every(
    ({ shape }) => shape.length === rank && shape.every((size, other) => other === axis || size === first.shape[other]),
  )
  if (!(axis >= 0 && axis < rank) || !fits) throw unsupported(view.node, 'its inputs do not fit side by side')
  const length = tensors.reduce((all, { shape }) => all + shape[axis]!, 0)
  const name = concatenate(
    graph,
    tensors.map((tensor) => tensor.name),
    first.storedAxes.indexOf(axis),
  )
  return { ...first, name, shape: first.shape.map((size, other) => (other === axis ? length : size)) }
}

/** To a size that TensorFlow fixed; the ONNX graph keeps the ratio instead, so that it runs on photos of any size. */
function resizeBilinear(graph: GraphBuilder, view: NodeView): LazyTensor {
  const { node } = view
  mustBe(node, 'align_corners', 'boolean', false)
  if (attribute(node, 'half_pixel_centers', 'boolean') !== true)
    throw unsupported(node, 'its pixels have no half-pixel centres')
  const tensor = storedIn(graph, tensorInput(view, 0), channelsFirst)
  const [height, width] = constantInput(view, 1).values
  const [batch, fromHeight, fromWidth, channels] = tensor.shape
  if (!height || !width || height < 1 || width < 1) throw unsupported(node, 'its size is not two numbers')
  const scales = graph.float32([1, 1, height / fromHeight!, width / fromWidth!])
  const name = graph.node('Resize', [tensor.name, '', scales], {
    mode: { kind: 'string', value: new TextEncoder().encode('linear') },
    coordinate_transformation_mode: { kind: 'string', value: new TextEncoder().encode('half_pixel') },
  })
  return { ...tensor, name, shape: [batch!, height, width, channels!] }
}
