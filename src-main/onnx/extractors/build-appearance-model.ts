import { modelBytes } from '../model-bytes.ts'
import { bytesOf, GraphBuilder } from '../graph-builder.ts'
import type { ValueName } from '../graph-builder.ts'
import { inHalfPrecision } from '../half-precision.ts'
import { divide, multiply, subtract } from '../operators/elementwise.ts'
import { cast } from '../operators/shape.ts'
import type { WeightTensors } from '../weight.ts'
import type { AppearanceExtractor, Preprocessing } from './extractor.ts'

/**
 * Names in an appearance network's graph:
 * - `crops` uint8 [n, 3, crop, crop]: planes of red, green and blue
 * - `present` float32 [n, 1, 1, 1]: 1, or 0 for a box of no area, whose *normalised* crop is then zeros as in RAFNet
 * - `vectors` float32 [n, width]
 */
export const appearanceNames = { crops: 'crops', present: 'present', vectors: 'vectors' } as const

/**
 * An appearance network as the bytes of a `.onnx` file that takes any number of crops. Weights that the checkpoint stores as
 * float32 stay there: the session must be given its folder. The checkpoint has been checked (`checkWeightShapes`). int8 is for
 * Linear layers alone; float16 is all but the ends.
 */
export function buildAppearanceModel(
  extractor: AppearanceExtractor,
  weights: WeightTensors,
  precision: 'float32' | 'int8' | 'float16' = 'float32',
): Uint8Array<ArrayBuffer> {
  const { family, preprocessing, width } = extractor
  const { cropPx } = preprocessing
  const graph = new GraphBuilder(family)
  graph.input(appearanceNames.crops, 'uint8', ['n', 3, cropPx, cropPx])
  graph.input(appearanceNames.present, 'float32', ['n', 1, 1, 1])
  const crops = graph.scope('input', () => normalise(graph, preprocessing))
  const linearLayers = precision === 'int8' ? 'int8' : 'float32'
  const vectors = extractor.forward({ graph, weights, linearLayers }, crops)
  graph.output(vectors, appearanceNames.vectors, 'float32', ['n', width])
  return modelBytes(precision === 'float16' ? inHalfPrecision(graph.build()) : graph.build(), {
    metadata: new Map([['lectern.family', family]]),
  })
}

const highestByte = 255

/** (x / 255 − mean) / std for each plane, in torchvision's order of operations. */
function normalise(graph: GraphBuilder, { mean, std }: Preprocessing): ValueName {
  const plane = (name: string, values: readonly number[]): ValueName =>
    graph.initializer(name, 'float32', [values.length, 1, 1], bytesOf(Float32Array.from(values)))
  const share = divide(graph, cast(graph, appearanceNames.crops, 'float32'), graph.float32(highestByte))
  const normalised = divide(graph, subtract(graph, share, plane('input/mean', mean)), plane('input/std', std))
  return multiply(graph, normalised, appearanceNames.present)
}
