import { modelBytes } from '#main/onnx/model-bytes.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { ValueName } from '#main/onnx/graph-builder.ts'
import { add, divide, maximum, multiply, squareRoot } from '#main/onnx/operators/elementwise.ts'
import { linear } from '#main/onnx/operators/linear.ts'
import { sumOfRow } from '#main/onnx/operators/reduction.ts'
import type { ColumnScale, FeatureBlock } from '../baselines/feature-blocks.ts'
import { cutStandardised } from './learn-head.ts'
import { emitStandardised } from './linear-head-model.ts'

export interface DistanceModelOptions {
  readonly modalities: readonly { readonly name: string; readonly width: number }[]
  /** One a modality. */
  readonly scales: readonly ColumnScale[]
  /** Vectors of the anchors as they are stored, one block a modality. */
  readonly anchors: readonly FeatureBlock[]
}

/**
 * Vectors in, `distance` float32 [n, anchors] out: the root mean square, over all columns of all modalities, of the difference from each
 * anchor, both standardised and cut as the head has them. |z − a|² = |z|² + |a|² − 2 z·a makes it a product of matrices.
 */
export function distanceModel({ modalities, scales, anchors }: DistanceModelOptions): Uint8Array {
  const graph = new GraphBuilder('distance')
  const parts = modalities.map(({ name, width }, place) => {
    const input = graph.input(name, 'float32', ['n', width])
    return emitSquares(
      graph,
      emitStandardised(graph, input, scales[place]!, place),
      scales[place]!,
      anchors[place]!,
      place,
    )
  })
  const squares = parts.reduce((sum, part) => add(graph, sum, part))
  const columns = modalities.reduce((sum, { width }) => sum + width, 0)
  // What should be 0 is a little less where rounding has it so.
  const mean = divide(graph, maximum(graph, squares, graph.float32(0)), graph.float32(columns))
  graph.output(squareRoot(graph, mean), 'distance', 'float32', ['n', countOf(anchors[0]!)])
  return modelBytes(graph.build())
}

const countOf = ({ width, values }: FeatureBlock): number => values.length / width

/** One modality's share of the squared distances. */
function emitSquares(
  graph: GraphBuilder,
  standardised: ValueName,
  scale: ColumnScale,
  anchors: FeatureBlock,
  place: number,
): ValueName {
  const { width, values } = cutStandardised(anchors, scale)
  const count = countOf(anchors)
  const norms = Float32Array.from({ length: count }, (_, row) =>
    values.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0),
  )
  const doubled = graph.initializer(
    `anchors/${place}`,
    'float32',
    [count, width],
    bytesOf(values.map((value) => -2 * value)),
  )
  const ownNorms = graph.initializer(`anchor_norms/${place}`, 'float32', [count], bytesOf(norms))
  const own = sumOfRow(graph, multiply(graph, standardised, standardised))
  return add(graph, own, linear(graph, standardised, doubled, ownNorms))
}
