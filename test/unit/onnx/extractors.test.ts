import { describe, expect, test } from 'vitest'
import { checkWeightShapes, checkWeightValues } from '#main/onnx/extractors/check-weights.ts'
import { recogniseAppearance } from '#main/onnx/extractors/registry.ts'
import { computedWeight } from '#main/onnx/weight.ts'
import type { WeightTensor, WeightTensors } from '#main/onnx/weight.ts'
import { thrownAppError } from '../../support/app-error.ts'
import {
  convNextParameters,
  randomTensors,
  resNetParameters,
  visionTransformerParameters,
} from '../../support/random-backbones.ts'

type Parameters = ReturnType<typeof convNextParameters>

const tensorsOf = (parameters: Parameters): Map<string, WeightTensor> =>
  new Map(randomTensors(parameters).map(([name, { shape, data }]) => [name, computedWeight(shape, () => data)]))

const convNext = () => tensorsOf(convNextParameters([1, 2], [8, 16]))
const resNet = () => tensorsOf(resNetParameters([1, 1, 1, 1], [4, 4, 8, 8]))
const transformer = () => tensorsOf(visionTransformerParameters(2, 64, 32))

function check(tensors: WeightTensors): void {
  const network = recogniseAppearance(tensors)!
  checkWeightShapes(network, tensors, 'net.pth')
  checkWeightValues(network, tensors, 'net.pth')
}

describe('a network is told by its parameter names', () => {
  test.each([
    [
      'ConvNeXt',
      convNext,
      { family: 'convnext', naming: 'timm', width: 16, sizes: { depths: [1, 2], widths: [8, 16] } },
    ],
    ['ResNet', resNet, { family: 'resnet', width: 32, sizes: { depths: [1, 1, 1, 1], widths: [16, 16, 32, 32] } }],
    [
      'ViT',
      transformer,
      {
        family: 'vision-transformer',
        naming: 'timm',
        width: 64,
        sizes: { depths: [2], widths: [64], heads: [1], patch: [32] },
      },
    ],
  ])('%s', (_, tensors, expected) => {
    const found = tensors()
    expect(recogniseAppearance(found)).toMatchObject(expected)
    expect(() => check(found)).not.toThrow()
  })

  test('ResNet-18 has two convolutions a block', () => {
    const parameters: Parameters = [
      ...resNetParameters([], []),
      ...[1, 2, 3, 4].flatMap((layer): Parameters => {
        const [input, width] = [layer === 1 ? 64 : 8, 8]
        const norm = (name: string): Parameters =>
          ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`layer${layer}.0.${name}.${part}`, [width]])
        return [
          [`layer${layer}.0.conv1.weight`, [width, input, 3, 3]],
          ...norm('bn1'),
          [`layer${layer}.0.conv2.weight`, [width, width, 3, 3]],
          ...norm('bn2'),
          ...(input === width
            ? []
            : ([[`layer${layer}.0.downsample.0.weight`, [width, input, 1, 1]], ...norm('downsample.1')] as Parameters)),
        ]
      }),
    ]
    expect(() => check(tensorsOf(parameters))).not.toThrow()
  })

  test('a head is none', () => {
    expect(recogniseAppearance(tensorsOf([['fusion.0.weight', [4, 4]]]))).toBeNull()
    expect(recogniseAppearance(new Map())).toBeNull()
  })

  test('classifiers and counters belong to it but are not needed', () => {
    const spare = computedWeight([1000, 16], () => new Float32Array(16_000))
    expect(() => check(convNext().set('head.fc.weight', spare))).not.toThrow()
    expect(() => check(resNet().set('fc.weight', spare).set('bn1.num_batches_tracked', spare))).not.toThrow()
    expect(() => check(transformer().set('head.weight', spare))).not.toThrow()
  })
})

describe('weights that would give other vectors are refused', () => {
  const without = (tensors: Map<string, WeightTensor>, name: string) => {
    if (!tensors.delete(name)) throw new Error(`${name} is not there`)
    return tensors
  }
  const changed = (tensors: Map<string, WeightTensor>, name: string, change: Partial<WeightTensor>) =>
    tensors.set(name, { ...tensors.get(name)!, ...change })
  const values = (...numbers: number[]) => ({ toFloat32: () => Float32Array.from(numbers) })

  test.each([
    ['a tensor is missing', without(convNext(), 'head.norm.weight'), 'tensor-missing', 'head.norm.weight'],
    ['a block is broken', without(convNext(), 'stages.1.blocks.0.gamma'), 'tensor-missing', 'stages.1.blocks.0.gamma'],
    ['a norm is missing', without(resNet(), 'layer2.0.bn2.running_var'), 'tensor-missing', 'layer2.0.bn2.running_var'],
    ['positions are missing', without(transformer(), 'pos_embed'), 'tensor-missing', 'pos_embed'],
    [
      'a block in the middle is missing',
      without(tensorsOf(convNextParameters([1, 3], [8, 16])), 'stages.1.blocks.1.conv_dw.weight'),
      'tensor-unexpected',
      'stages.1.blocks.1.conv_dw.bias',
    ],
    [
      'ConvNeXt V2',
      convNext().set(
        'stages.0.blocks.0.mlp.grn.weight',
        computedWeight([32], () => new Float32Array(32)),
      ),
      'tensor-unexpected',
      'mlp.grn.weight',
    ],
    [
      'a network of another photo size',
      changed(transformer(), 'pos_embed', { shape: [1, 145, 64] }),
      'shape-mismatch',
      '1 × 50 × 64',
    ],
    [
      'a Linear turned',
      changed(convNext(), 'stages.0.blocks.0.mlp.fc2.weight', { shape: [32, 8] }),
      'shape-mismatch',
      '32 × 8',
    ],
    ['whole numbers', changed(convNext(), 'stem.1.bias', { dtype: 'int64' }), 'type-unsupported', 'int64'],
    ['NaN', changed(convNext(), 'stem.1.bias', values(0, 0, NaN)), 'not-finite', 'NaN at position 2'],
    ['infinity', changed(transformer(), 'norm.bias', values(-Infinity)), 'not-finite', '-Infinity'],
    [
      'a negative variance',
      changed(resNet(), 'bn1.running_var', values(1, -0.5)),
      'variance-negative',
      'bn1.running_var',
    ],
  ])('%s', (_, tensors, reason, named) => {
    const error = thrownAppError(() => check(tensors))
    expect(error.code).toBe(`weights.${reason}`)
    expect(error.message).toContain('net.pth')
    expect(error.message).toContain(named)
  })
})
