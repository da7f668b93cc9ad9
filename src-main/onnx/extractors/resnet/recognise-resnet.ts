import type { WeightTensors } from '../../weight.ts'
import { countOf, imageNetPreprocessing, sizeOf } from '../extractor.ts'
import type { AppearanceExtractor, ParameterSpec } from '../extractor.ts'
import { blockName, resNetForward } from './forward.ts'

/** One block: three convolutions (ResNet-50 and up) or two (ResNet-18 and 34), with or without one on the way around. */
export interface ResNetBlock {
  readonly input: number
  readonly inner: number
  readonly output: number
  readonly convolutions: 2 | 3
  readonly downsamples: boolean
}

const layers = [1, 2, 3, 4]

/** ResNet v1.5 (the stride lies on the 3 × 3 convolution): its vector is the mean over pixels of the last layer. */
export function recogniseResNet(tensors: WeightTensors): AppearanceExtractor | null {
  if (!tensors.has('conv1.weight') || !tensors.has('layer1.0.conv1.weight')) return null
  const stem = sizeOf(tensors, 'conv1.weight', 0)
  const blocks = readBlocks(tensors, stem)
  const last = blocks.at(-1)!.at(-1)
  return {
    family: 'resnet',
    title: 'ResNet',
    naming: 'torchvision',
    sizes: { depths: blocks.map((layer) => layer.length), widths: blocks.map((layer) => layer.at(-1)?.output ?? 0) },
    width: last?.output ?? 0,
    preprocessing: imageNetPreprocessing(232, 'bilinear'),
    parameters: parametersOf(stem, blocks),
    isSpare: (name) => name.startsWith('fc.') || name.endsWith('.num_batches_tracked'),
    hasLinearLayers: false,
    forward: (context, crops) => resNetForward(context, blocks, crops),
  }
}

function readBlocks(tensors: WeightTensors, stem: number): ResNetBlock[][] {
  let input = stem
  return layers.map((layer) =>
    Array.from({ length: countOf(tensors, (index) => `${blockName(layer, index)}.conv1.weight`) }, (_, index) => {
      const name = blockName(layer, index)
      const convolutions = tensors.has(`${name}.conv3.weight`) ? 3 : 2
      const output = sizeOf(tensors, `${name}.conv${convolutions}.weight`, 0)
      const block: ResNetBlock = {
        input,
        inner: sizeOf(tensors, `${name}.conv1.weight`, 0),
        output,
        convolutions,
        downsamples: tensors.has(`${name}.downsample.0.weight`),
      }
      input = output
      return block
    }),
  )
}

function parametersOf(stem: number, blocks: readonly (readonly ResNetBlock[])[]): ParameterSpec[] {
  return [
    { name: 'conv1.weight', shape: [stem, 3, 7, 7] },
    ...batchNorm('bn1', stem),
    ...blocks.flatMap((layer, index) =>
      layer.flatMap((block, position) => blockParameters(blockName(layers[index]!, position), block)),
    ),
  ]
}

function blockParameters(
  name: string,
  { input, inner, output, convolutions, downsamples }: ResNetBlock,
): ParameterSpec[] {
  const weights: readonly (readonly number[])[] =
    convolutions === 3
      ? [
          [inner, input, 1, 1],
          [inner, inner, 3, 3],
          [output, inner, 1, 1],
        ]
      : [
          [inner, input, 3, 3],
          [output, inner, 3, 3],
        ]
  return [
    ...weights.flatMap((shape, index) => [
      { name: `${name}.conv${index + 1}.weight`, shape },
      ...batchNorm(`${name}.bn${index + 1}`, shape[0]!),
    ]),
    ...(downsamples || input !== output
      ? [
          { name: `${name}.downsample.0.weight`, shape: [output, input, 1, 1] },
          ...batchNorm(`${name}.downsample.1`, output),
        ]
      : []),
  ]
}

const batchNorm = (name: string, width: number): ParameterSpec[] =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => ({ name: `${name}.${part}`, shape: [width] }))
