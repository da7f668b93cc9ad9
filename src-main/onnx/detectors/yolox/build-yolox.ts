import type { Size } from '#shared/geometry/box.ts'
import { modelBytes } from '../../model-bytes.ts'
import { GraphBuilder, integer, integers } from '../../graph-builder.ts'
import type { ValueName } from '../../graph-builder.ts'
import { sizeIn } from '../../layers/checked-context.ts'
import type { CheckedContext } from '../../layers/checked-context.ts'
import { checkedConv } from '../../layers/conv-norm.ts'
import type { FeatureMap } from '../../layers/conv-norm.ts'
import { listLength } from '../../layers/list-length.ts'
import { concatenate } from '../../operators/shape.ts'
import type { WeightTensors } from '../../weight.ts'
import { baseConv, cspLayer, focus, pyramidPooling, stacked, upsampled } from './layers.ts'

/** What a YOLOX checkpoint's weights say about its sizes. */
export interface YoloxSizes {
  readonly classes: number
  /** Channels of the levels at strides 8, 16 and 32. */
  readonly widths: readonly number[]
  /** Bottlenecks of dark2 to dark5. */
  readonly depths: readonly number[]
}

export interface YoloxModel {
  readonly sizes: YoloxSizes
  /**
   * `image` float32 [1, 3, height, width] → `rows` [1, cells, 5 + classes]: x, y, w, h as the network puts them out (not yet
   * placed in the picture), objectness and class scores from 0 to 1; levels by stride, cells row by row.
   */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Names of the weights that it needs. */
  readonly weights: readonly string[]
}

/** For sentences. */
const title = 'YOLOX detector'
const levels = [0, 1, 2] as const

/** Whether the names of a state dict are those of a YOLOX detector. */
export const isYolox = (weights: WeightTensors): boolean =>
  ['head.obj_preds.0.weight', 'backbone.lateral_conv0.conv.weight'].some((name) => weights.has(name))

/**
 * YOLOX (Ge et al. 2021), the family of ByteTrack's detector, for one size of input; widths and depths are the checkpoint's.
 *
 * @param input width and height in px, multiples of 32
 * @throws AppError weights.tensor-missing, weights.shape-mismatch, weights.type-unsupported
 */
export function buildYolox(
  weights: WeightTensors,
  { file, input }: { readonly file: string; readonly input: Size },
): YoloxModel {
  const graph = new GraphBuilder('yolox')
  const context: CheckedContext = { graph, weights, title, file }
  const classes = sizeIn(context, 'head.cls_preds.0.weight', 0)
  const image = graph.input('image', 'float32', [1, 3, input.heightPx, input.widthPx])
  const features = pyramid(context, darknet(context, { value: image, channels: 3 }))
  const rows = concatenate(
    graph,
    levels.map((level) => headRows(context, level, features[level], 5 + classes)),
    2,
  )
  const transposed = graph.node('Transpose', [rows], { perm: integers([0, 2, 1]) })
  graph.output(transposed, 'rows', 'float32', [1, 'cells', 5 + classes])
  const built = graph.build()
  const bytes = modelBytes(built)
  const used = built.initializers.map(({ name }) => name).filter((name) => weights.has(name))
  const depths = ['dark2.1', 'dark3.1', 'dark4.1', 'dark5.2'].map((name) =>
    listLength(weights, `backbone.backbone.${name}.m`),
  )
  return { sizes: { classes, widths: features.map(({ channels }) => channels), depths }, bytes, weights: used }
}

type Levels = readonly [FeatureMap, FeatureMap, FeatureMap]

/** CSPDarknet: pictures at strides 8, 16 and 32. */
function darknet(context: CheckedContext, image: FeatureMap): Levels {
  const name = 'backbone.backbone'
  return context.graph.scope('darknet', () => {
    const stage = (number: number, x: FeatureMap): FeatureMap =>
      cspLayer(context, `${name}.dark${number}.1`, baseConv(context, `${name}.dark${number}.0`, x, 2), true)
    const third = stage(3, stage(2, focus(context, `${name}.stem`, image)))
    const fourth = stage(4, third)
    const pooled = pyramidPooling(context, `${name}.dark5.1`, baseConv(context, `${name}.dark5.0`, fourth, 2))
    return [third, fourth, cspLayer(context, `${name}.dark5.2`, pooled, false)]
  })
}

/** PAFPN: the levels brought together downwards and upwards again. */
function pyramid(context: CheckedContext, [third, fourth, fifth]: Levels): Levels {
  const join = (name: string, first: FeatureMap, second: FeatureMap): FeatureMap =>
    cspLayer(context, `backbone.${name}`, stacked(context, [first, second]), false)
  return context.graph.scope('pyramid', () => {
    const lateral = baseConv(context, 'backbone.lateral_conv0', fifth)
    const reduced = baseConv(context, 'backbone.reduce_conv1', join('C3_p4', upsampled(context, lateral), fourth))
    const fine = join('C3_p3', upsampled(context, reduced), third)
    const middle = join('C3_n3', baseConv(context, 'backbone.bu_conv2', fine, 2), reduced)
    const coarse = join('C3_n4', baseConv(context, 'backbone.bu_conv1', middle, 2), lateral)
    return [fine, middle, coarse]
  })
}

/** One level's part of the decoupled head, [1, 5 + classes, cells]; objectness comes from the branch of the boxes. */
function headRows(context: CheckedContext, level: number, x: FeatureMap, columns: number): ValueName {
  const { graph } = context
  return graph.scope(`head/${level}`, () => {
    const stem = baseConv(context, `head.stems.${level}`, x)
    const branch = (name: string): FeatureMap =>
      [0, 1].reduce((input, index) => baseConv(context, `head.${name}.${level}.${index}`, input), stem)
    const boxes = branch('reg_convs')
    const prediction = (name: string, from: FeatureMap): ValueName =>
      checkedConv(context, `head.${name}.${level}`, from).value
    const score = (name: string, from: FeatureMap): ValueName => graph.node('Sigmoid', [prediction(name, from)])
    const parts = [prediction('reg_preds', boxes), score('obj_preds', boxes), score('cls_preds', branch('cls_convs'))]
    const joined = graph.node('Concat', parts, { axis: integer(1) })
    return graph.node('Reshape', [joined, graph.int64([1, columns, -1])])
  })
}
