import type { TfTensor } from '#main/codecs/tfjs/graph-model.ts'
import { eachStrided, elementCount, rowMajorStrides } from '#main/codecs/elements/row-major.ts'
import { bytesOf, integers } from '../../graph-builder.ts'
import type { GraphBuilder, ValueName } from '../../graph-builder.ts'

/** Zeros (or another value) that TensorFlow has put around a tensor and that the ONNX graph has not yet; one number an axis. */
interface Padding {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly value: number
}

/**
 * A tensor as TensorFlow sees it, over a value of the ONNX graph. Transposes and paddings are kept here until an operator
 * needs them done: TensorFlow's pairs of NHWC and NCHW transposes cancel out, and paddings become attributes.
 */
export interface LazyTensor {
  readonly kind: 'tensor'
  readonly name: ValueName
  /** In TensorFlow's order of axes, padding included, at the size the model was made for. */
  readonly shape: readonly number[]
  /** Axis i of the ONNX value is this axis of TensorFlow's. */
  readonly storedAxes: readonly number[]
  readonly padding: Padding | null
}

export interface LazyConstant {
  readonly kind: 'constant'
  readonly tensor: TfTensor
}

export type LazyValue = LazyTensor | LazyConstant

/** TensorFlow's batch, height, width, channel stored as ONNX wants them: batch, channel, height, width. */
export const channelsFirst = [0, 3, 1, 2] as const

export const asStored = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis)

/** The same tensor with its padding carried out. */
export function padded(graph: GraphBuilder, tensor: LazyTensor): LazyTensor {
  if (!tensor.padding) return tensor
  const { low, high, value } = tensor.padding
  const order = tensor.storedAxes
  const pads = graph.int64([...order.map((axis) => low[axis]!), ...order.map((axis) => high[axis]!)])
  return { ...tensor, name: graph.node('Pad', [tensor.name, pads, graph.float32(value)]), padding: null }
}

/** The same tensor, padded, with its axes stored in a given order. */
export function storedIn(graph: GraphBuilder, tensor: LazyTensor, order: readonly number[]): LazyTensor {
  const whole = padded(graph, tensor)
  if (whole.storedAxes.every((axis, place) => axis === order[place])) return whole
  const permutation = order.map((axis) => whole.storedAxes.indexOf(axis))
  return {
    ...whole,
    name: graph.node('Transpose', [whole.name], { perm: integers(permutation) }),
    storedAxes: order,
  }
}

/** A weight as an initializer with its axes in a given order. */
export function weightIn(graph: GraphBuilder, name: string, tensor: TfTensor, order: readonly number[]): ValueName {
  const shape = order.map((axis) => tensor.shape[axis]!)
  const strides = rowMajorStrides(tensor.shape)
  const values = new Float32Array(elementCount(shape))
  const from = tensor.values
  eachStrided(
    shape,
    order.map((axis) => strides[axis]!),
    0,
    (target, source) => (values[target] = from[source]!),
  )
  return graph.initializer(name, 'float32', shape, bytesOf(values))
}
