import { modelBytes } from '#main/onnx/model-bytes.ts'
import { bytesOf, GraphBuilder } from '#main/onnx/graph-builder.ts'
import type { ValueName } from '#main/onnx/graph-builder.ts'
import { add, divide, maximum, minimum, subtract } from '#main/onnx/operators/elementwise.ts'
import { linear } from '#main/onnx/operators/linear.ts'
import type { ColumnScale } from '../baselines/feature-blocks.ts'
import { largestDeviation, unknownClassScore } from './learn-head.ts'
import type { LinearHead } from './learn-head.ts'

export interface LinearHeadOptions {
  /** One a block of the head, in its order: inputs of the graph, float32 [n, width]. */
  readonly modalities: readonly { readonly name: string; readonly width: number }[]
  /** Lectern's, written as the producer's. */
  readonly version: string
  /** In the order of the logits. */
  readonly classNames: readonly string[]
}

/** A learnt head as a standalone .onnx: vectors in, `logits` float32 [n, classes] out. */
export function linearHeadModel(head: LinearHead, { modalities, version, classNames }: LinearHeadOptions): Uint8Array {
  const graph = new GraphBuilder('learnt')
  const inputs = modalities.map(({ name, width }) => graph.input(name, 'float32', ['n', width]))
  const parts = modalities.map((_, place) => emitPart(graph, inputs[place]!, head, modalities, place))
  const logits = parts.reduce((sum, part) => add(graph, sum, part))
  graph.output(logits, 'logits', 'float32', ['n', head.model.classes])
  return modelBytes(graph.build(), {
    version,
    metadata: new Map([
      ['lectern.modalities', JSON.stringify(modalities)],
      ['lectern.classes', JSON.stringify(classNames)],
    ]),
  })
}

/** One modality's share of the logits; the first one brings the intercepts. */
function emitPart(
  graph: GraphBuilder,
  input: ValueName,
  { scales, model, temperature }: LinearHead,
  modalities: LinearHeadOptions['modalities'],
  place: number,
): ValueName {
  const { width } = modalities[place]!
  const cut = emitStandardised(graph, input, scales[place]!, place)
  const { present, classes, weights } = model
  const total = modalities.reduce((sum, one) => sum + one.width, 0)
  const before = modalities.slice(0, place).reduce((sum, one) => sum + one.width, 0)
  const matrix = new Float32Array(classes * width)
  const bias = new Float32Array(classes)
  if (place === 0) bias.fill(unknownClassScore)
  for (const [position, index] of present.entries()) {
    const from = position * total + before
    matrix.set(
      weights.subarray(from, from + width).map((weight) => weight / temperature),
      index * width,
    )
    if (place === 0) bias[index] = weights[present.length * total + position]! / temperature
  }
  const weight = graph.initializer(`weight/${place}`, 'float32', [classes, width], bytesOf(matrix))
  return linear(graph, cut, weight, graph.initializer(`bias/${place}`, 'float32', [classes], bytesOf(bias)))
}

/** `cutStandardised` as operators: one modality [n, width], by its scale, and cut off. */
export function emitStandardised(
  graph: GraphBuilder,
  input: ValueName,
  { mean, deviation }: ColumnScale,
  place: number,
): ValueName {
  const vector = (name: string, values: ArrayLike<number>): ValueName =>
    graph.initializer(`${name}/${place}`, 'float32', [values.length], bytesOf(Float32Array.from(values)))
  const standardised = divide(graph, subtract(graph, input, vector('mean', mean)), vector('deviation', deviation))
  return minimum(graph, maximum(graph, standardised, graph.float32(-largestDeviation)), graph.float32(largestDeviation))
}
