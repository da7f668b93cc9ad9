import { buildAppearanceModel } from '#main/onnx/extractors/build-appearance-model.ts'
import { checkWeightShapes, checkWeightValues } from '#main/onnx/extractors/check-weights.ts'
import type { AppearanceExtractor } from '#main/onnx/extractors/extractor.ts'
import { recogniseAppearance as recogniseNetwork } from '#main/onnx/extractors/registry.ts'
import type { WeightTensors } from '#main/onnx/weight.ts'
import type { GraphOverWeights } from '../sessions/model-session.ts'
import { openAppearance } from './appearance-extractor.ts'
import type { AppearanceDescription, Precision } from './extraction-contract.ts'
import { withWeights } from './open-weights.ts'
import type { OpenWeights } from './open-weights.ts'
import type { RecognisedWeights, WeightsFacts } from './scene-extractor.ts'

/** ConvNeXt, ResNet and ViT. Throws AppError `weights.*` where one of them was told by its names but something is wrong with it. */
export function recogniseAppearance(weights: OpenWeights, facts: WeightsFacts): RecognisedWeights | null {
  const { file, tensors } = weights
  const network = recogniseNetwork(tensors)
  if (!network) return null
  checkWeightShapes(network, tensors, file)
  checkWeightValues(network, tensors, file)
  const description = describe(network, tensors, facts)
  const model = (precision: Precision): GraphOverWeights =>
    withWeights(file, (opened) => ({
      graph: buildAppearanceModel(network, opened.tensors, precision),
      weightsFolder: opened.folder,
    }))
  return {
    description,
    open: (parts, options) => openAppearance({ file, network, description, model }, parts, options),
  }
}

function describe(network: AppearanceExtractor, tensors: WeightTensors, facts: WeightsFacts): AppearanceDescription {
  const used = network.parameters.map(({ name }) => tensors.get(name)!)
  return {
    kind: 'appearance',
    family: network.family,
    naming: network.naming,
    width: network.width,
    sizes: network.sizes,
    parameters: used.reduce((sum, { shape }) => sum + shape.reduce((all, one) => all * one, 1), 0),
    dtype: [...new Set(used.map(({ dtype }) => dtype))].join(', '),
    precisions: network.hasLinearLayers ? ['float32', 'int8', 'float16'] : ['float32', 'float16'],
    preprocessing: network.preprocessing,
    ...facts,
  }
}
