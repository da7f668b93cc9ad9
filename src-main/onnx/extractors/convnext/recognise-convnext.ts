import type { WeightTensors } from '../../weight.ts'
import { countOf, imageNetPreprocessing, sizeOf, weightAndBias } from '../extractor.ts'
import type { AppearanceExtractor, Naming, ParameterSpec } from '../extractor.ts'
import { convNextForward } from './forward.ts'
import { convNextNames } from './names.ts'
import type { ConvNextNames } from './names.ts'

/** Sizes of a ConvNeXt; `depths`, `widths` and `hidden` have one entry a stage. */
export interface ConvNextSizes {
  readonly patch: number
  readonly kernel: number
  readonly depths: readonly number[]
  readonly widths: readonly number[]
  /** Width between the two Linear layers of a block. */
  readonly hidden: readonly number[]
}

/** ConvNeXt under torchvision's or timm's names: its vector is the head's LayerNorm of the mean over pixels. */
export function recogniseConvNext(tensors: WeightTensors): AppearanceExtractor | null {
  for (const [naming, names] of convNextNames) {
    const first = names.block(0, 0)
    if (!tensors.has(`${names.stem.conv}.weight`) || !tensors.has(`${first.depthwise}.weight`)) continue
    return describe(naming, names, readSizes(tensors, names))
  }
  return null
}

function readSizes(tensors: WeightTensors, names: ConvNextNames): ConvNextSizes {
  const depthwise = (stage: number, block: number) => `${names.block(stage, block).depthwise}.weight`
  const stages = Array.from({ length: countOf(tensors, (stage) => depthwise(stage, 0)) }, (_, stage) => stage)
  return {
    patch: sizeOf(tensors, `${names.stem.conv}.weight`, 2),
    kernel: sizeOf(tensors, depthwise(0, 0), 2),
    depths: stages.map((stage) => countOf(tensors, (block) => depthwise(stage, block))),
    widths: stages.map((stage) => sizeOf(tensors, depthwise(stage, 0), 0)),
    hidden: stages.map((stage) => sizeOf(tensors, `${names.block(stage, 0).expand}.weight`, 0)),
  }
}

function describe(naming: Naming, names: ConvNextNames, sizes: ConvNextSizes): AppearanceExtractor {
  const preprocessing = imageNetPreprocessing(256, 'bicubic')
  return {
    family: 'convnext',
    title: 'ConvNeXt',
    naming,
    sizes: { depths: sizes.depths, widths: sizes.widths },
    width: sizes.widths.at(-1)!,
    preprocessing,
    parameters: parametersOf(names, sizes),
    isSpare: (name) => name.startsWith(`${names.classifier}.`),
    hasLinearLayers: true,
    forward: (context, crops) => convNextForward(context, names, sizes, crops, preprocessing.cropPx),
  }
}

function parametersOf(names: ConvNextNames, { patch, kernel, depths, widths, hidden }: ConvNextSizes): ParameterSpec[] {
  const block = (stage: number, index: number): ParameterSpec[] => {
    const { depthwise, norm, expand, project, scale } = names.block(stage, index)
    const [width, between] = [widths[stage]!, hidden[stage]!]
    return [
      ...weightAndBias(depthwise, [width, 1, kernel, kernel]),
      ...weightAndBias(norm, [width]),
      ...weightAndBias(expand, [between, width]),
      ...weightAndBias(project, [width, between]),
      // torchvision keeps the scale as [width, 1, 1], timm as [width].
      { name: scale, shape: scale.endsWith('.gamma') ? [width] : [width, 1, 1] },
    ]
  }
  const downsample = (stage: number): ParameterSpec[] => {
    const { norm, conv } = names.downsample(stage)
    return [
      ...weightAndBias(norm, [widths[stage - 1]!]),
      ...weightAndBias(conv, [widths[stage]!, widths[stage - 1]!, 2, 2]),
    ]
  }
  return [
    ...weightAndBias(names.stem.conv, [widths[0]!, 3, patch, patch]),
    ...weightAndBias(names.stem.norm, [widths[0]!]),
    ...depths.flatMap((depth, stage) => [
      ...(stage > 0 ? downsample(stage) : []),
      ...Array.from({ length: depth }, (_, index) => block(stage, index)).flat(),
    ]),
    ...weightAndBias(names.headNorm, [widths.at(-1)!]),
  ]
}
