import type { WeightTensors } from '../../weight.ts'
import { countOf, imageNetPreprocessing, sizeOf, weightAndBias } from '../extractor.ts'
import type { AppearanceExtractor, Naming, ParameterSpec } from '../extractor.ts'
import { visionTransformerForward } from './forward.ts'
import { visionTransformerNames } from './names.ts'
import type { VisionTransformerNames } from './names.ts'

export interface VisionTransformerSizes {
  readonly patch: number
  readonly width: number
  /** Width between the two Linear layers of a block. */
  readonly hidden: number
  readonly depth: number
  readonly heads: number
  /** Patches of a crop and the class token. */
  readonly tokens: number
}

/** Every published ViT of this form has heads of 64 numbers, and a checkpoint does not say. */
const headWidth = 64

/** ViT under torchvision's or timm's names: its vector is the class token after the last LayerNorm. */
export function recogniseVisionTransformer(tensors: WeightTensors): AppearanceExtractor | null {
  for (const [naming, names] of visionTransformerNames) {
    if (!tensors.has(names.classToken) || !tensors.has(`${names.patches}.weight`)) continue
    return describe(naming, names, readSizes(tensors, names))
  }
  return null
}

const preprocessing = imageNetPreprocessing(256, 'bilinear')

function readSizes(tensors: WeightTensors, names: VisionTransformerNames): VisionTransformerSizes {
  const patch = sizeOf(tensors, `${names.patches}.weight`, 2)
  const width = sizeOf(tensors, `${names.patches}.weight`, 0)
  return {
    patch,
    width,
    hidden: sizeOf(tensors, `${names.block(0).expand}.weight`, 0),
    depth: countOf(tensors, (index) => names.block(index).queryKeyValue.weight),
    heads: Math.max(1, Math.floor(width / headWidth)),
    tokens: Math.floor(preprocessing.cropPx / patch) ** 2 + 1,
  }
}

function describe(naming: Naming, names: VisionTransformerNames, sizes: VisionTransformerSizes): AppearanceExtractor {
  return {
    family: 'vision-transformer',
    title: 'ViT',
    naming,
    sizes: { depths: [sizes.depth], widths: [sizes.width], heads: [sizes.heads], patch: [sizes.patch] },
    width: sizes.width,
    preprocessing,
    parameters: parametersOf(names, sizes),
    isSpare: (name) => name.startsWith(`${names.classifier}.`),
    hasLinearLayers: true,
    forward: (context, crops) => visionTransformerForward(context, names, sizes, crops),
  }
}

function parametersOf(names: VisionTransformerNames, sizes: VisionTransformerSizes): ParameterSpec[] {
  const { patch, width, hidden, depth, tokens } = sizes
  return [
    { name: names.classToken, shape: [1, 1, width] },
    { name: names.positions, shape: [1, tokens, width] },
    ...weightAndBias(names.patches, [width, 3, patch, patch]),
    ...Array.from({ length: depth }, (_, index) => names.block(index)).flatMap((block) => [
      ...weightAndBias(block.attentionNorm, [width]),
      { name: block.queryKeyValue.weight, shape: [3 * width, width] },
      { name: block.queryKeyValue.bias, shape: [3 * width] },
      ...weightAndBias(block.attentionOutput, [width, width]),
      ...weightAndBias(block.mixNorm, [width]),
      ...weightAndBias(block.expand, [hidden, width]),
      ...weightAndBias(block.project, [width, hidden]),
    ]),
    ...weightAndBias(names.lastNorm, [width]),
  ]
}
