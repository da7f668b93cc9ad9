import type { OnnxGraph } from '#main/codecs/onnx/model.ts'
import type { TfGraphModel } from '#main/codecs/tfjs/graph-model.ts'
import { modelBytes } from '../../model-bytes.ts'
import { GraphBuilder } from '../../graph-builder.ts'
import { convertGraph } from './convert-graph.ts'
import type { GraphOutput } from './convert-graph.ts'
import { keepChannels } from './keep-channels.ts'
import { channelsFirst } from './lazy-value.ts'

/** NanoDet's three grids: the layer that answers for each, and the weights of its last convolution. */
const heads = [
  { stride: 8, node: 'PartitionedCall/Add_29', weights: ['PartitionedCall/split_29', 'unknown_62'] },
  { stride: 16, node: 'PartitionedCall/Add_33', weights: ['PartitionedCall/split_31', 'unknown_68'] },
  { stride: 32, node: 'PartitionedCall/Add_37', weights: ['PartitionedCall/split_33', 'unknown_72'] },
] as const

/** Maps of the backbone that the default embeddings are taken from. */
const maps = [
  { stride: 8, node: 'PartitionedCall/onnx_tf_prefix_Concat_27', channels: 128 },
  { stride: 16, node: 'PartitionedCall/onnx_tf_prefix_Concat_42', channels: 256 },
] as const

/** COCO's class "person"; the 80 classes come before 4 × 11 channels of box sides. */
const personClass = 0
const classCount = 80
const sideChannels = 44
export const headChannels = 1 + sideChannels

const modelSizePx = 416

/** Detections, or the backbone alone, which takes half as long. */
export type NanodetPart = 'heads' | 'maps'

/**
 * NanoDet for persons only, from its TensorFlow.js files. Input `image`: float32 [n, 3, h, w], h and w multiples of 32,
 * blue, green, red, normalised. Outputs:
 * - part `heads`: `head_8`, `head_16`, `head_32`: float32 [n, 45, h / stride, w / stride]: the person's logit, then 11 logits for the
 *   distance to each side (left, top, right, bottom) in units of the stride
 * - part `maps`: `map_8` [n, 128, h / 8, w / 8] and `map_16` [n, 256, h / 16, w / 16]: the backbone's features
 * @throws AppError `detector.graph-unsupported`, `detector.weights-unexpected`
 */
export function buildNanodet(model: TfGraphModel, part: NanodetPart): OnnxGraph {
  const channels = [personClass, ...Array.from({ length: sideChannels }, (_, side) => classCount + side)]
  const persons = keepChannels(
    model,
    heads.flatMap(({ weights }) => [...weights]),
    channels,
  )
  const graph = new GraphBuilder(`nanodet-person-${part}`)
  convertGraph(graph, persons, {
    input: { node: 'input_1', name: 'image', shape: [1, 3, modelSizePx, modelSizePx] },
    inputDimensions: ['n', 3, 'h', 'w'],
    outputs:
      part === 'heads'
        ? heads.map(({ stride, node }) => headOutput(stride, node))
        : maps.map(({ stride, node, channels: width }) => mapOutput(stride, node, width)),
  })
  return graph.build()
}

const grid = (channels: number, stride: number) => ['n', channels, `h${stride}`, `w${stride}`]

/** The head's layer is batch, height, width, channel in TensorFlow. */
const headOutput = (stride: number, node: string): GraphOutput => ({
  node,
  name: `head_${stride}`,
  storedAxes: channelsFirst,
  dimensions: grid(headChannels, stride),
})

/** The backbone's concatenations are batch, channel, height, width in TensorFlow too. */
const mapOutput = (stride: number, node: string, channels: number): GraphOutput => ({
  node,
  name: `map_${stride}`,
  storedAxes: [0, 1, 2, 3],
  dimensions: grid(channels, stride),
})

/** The graph as the bytes of a `.onnx` file. */
export const encodeNanodet = (graph: OnnxGraph, version: string): Uint8Array<ArrayBuffer> =>
  modelBytes(graph, { version })
