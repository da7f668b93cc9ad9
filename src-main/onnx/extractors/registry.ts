import type { WeightTensors } from '../weight.ts'
import { recogniseConvNext } from './convnext/recognise-convnext.ts'
import type { AppearanceExtractor, RecogniseExtractor } from './extractor.ts'
import { recogniseResNet } from './resnet/recognise-resnet.ts'
import { recogniseVisionTransformer } from './vision-transformer/recognise-vision-transformer.ts'

const families: readonly RecogniseExtractor[] = [recogniseConvNext, recogniseResNet, recogniseVisionTransformer]

/** The appearance network that a checkpoint's parameter names tell; null where they tell none. */
export function recogniseAppearance(tensors: WeightTensors): AppearanceExtractor | null {
  for (const recognise of families) {
    const extractor = recognise(tensors)
    if (extractor) return extractor
  }
  return null
}
