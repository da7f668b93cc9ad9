import { describe, expect, test } from 'vitest'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { buildHeadModel } from '#main/onnx/build-head-model.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import type { HeadTensor } from '#main/onnx/head-tensor.ts'
import { checkHeadWeights, expectedWeights } from '#main/onnx/head-weights.ts'
import { inferHeadConfig } from '#main/onnx/infer-head-config.ts'
import { resolveHead } from '#main/onnx/resolve-head.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { goldenFolder, headNames, readHead } from '../../support/heads.ts'

const two = { modalities: ['grouprec', 'convnext'], input_dims: [6, 5], hidden_dim: 4 }

const parse = (name: string, params: Readonly<Record<string, unknown>> = {}): HeadConfig =>
  parseHeadConfig({ name, params: { ...two, ...params } }, { file: 'config.yaml' }).config

const filled = (shape: readonly number[], value = 0.5): HeadTensor => ({
  dtype: 'float32',
  shape,
  toFloat32: () => new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
})

const weightsOf = (config: HeadConfig): Map<string, HeadTensor> =>
  new Map(expectedWeights(config).map(({ name, shape }) => [name, filled(shape)]))

function failure(run: () => unknown): AppError {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the state dict of every family', () => {
  test.each(headNames(goldenFolder))('%s: names, shapes and order are PyTorch’s', (name) => {
    const { tensors, config } = readHead(goldenFolder, name)
    const expected = expectedWeights(parseHeadConfig(config, { file: name }).config)
    expect(expected.map((spec) => [spec.name, [...spec.shape]])).toEqual(
      [...tensors].map(([weight, { shape }]) => [weight, [...shape]]),
    )
  })

  test('a checkpoint may lack BatchNorm’s counter', () => {
    const config = parse('multimodal_classifier')
    const tensors = weightsOf(config)
    tensors.delete('fusion.1.num_batches_tracked')
    expect(() => checkHeadWeights(config, tensors, { file: 'a.pth' })).not.toThrow()
  })
})

describe('weights that do not fit', () => {
  const config = parse('gated_fusion_classifier')
  const cases: readonly [
    what: string,
    change: (tensors: Map<string, HeadTensor>) => unknown,
    code: string,
    sentence: RegExp,
  ][] = [
    ['a missing one', (t) => t.delete('gate_fc2.bias'), 'head.weight-missing', /a\.pth lacks gate_fc2\.bias/],
    [
      'one too many',
      (t) => t.set('class_prior_head.weight', filled([5, 8])),
      'head.weight-unexpected',
      /holds class_prior_head\.weight/,
    ],
    [
      'another shape',
      (t) => t.set('gate_fc1.weight', filled([128, 9])),
      'head.shape-mismatch',
      /gate_fc1\.weight in a\.pth is 128 × 9, but this configuration needs 128 × 8/,
    ],
    ['another rank', (t) => t.set('gate_fc1.bias', filled([])), 'head.shape-mismatch', /is a single number/],
    [
      'another class count',
      (t) => t.set('classifier.4.weight', filled([4, 4])),
      'head.class-count',
      /tells 4 classes apart .*but 5 are configured/,
    ],
    [
      'NaN',
      (t) => t.set('classifier.0.bias', filled([4], Number.NaN)),
      'head.weights-not-finite',
      /classifier\.0\.bias in a\.pth holds NaN at position 0/,
    ],
    [
      'infinity',
      (t) => t.set('classifier.1.running_mean', filled([4], -Infinity)),
      'head.weights-not-finite',
      /-Infinity/,
    ],
    [
      'a negative variance',
      (t) => t.set('classifier.1.running_var', filled([4], -1)),
      'head.variance-negative',
      /negative variance/,
    ],
  ]
  test.each(cases)('%s', (_what, change, code, sentence) => {
    const tensors = weightsOf(config)
    change(tensors)
    const error = failure(() => buildHeadModel(config, tensors, { file: 'a.pth', version: '1' }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
  })

  test('a modality under a name that the graph uses itself', () => {
    const odd = parse('multimodal_classifier', { modalities: ['logits', 'convnext'] })
    const error = failure(() => buildHeadModel(odd, weightsOf(odd), { file: 'a.pth', version: '1' }))
    expect(error.code).toBe('head.config-impossible')
  })
})

describe('without a config', () => {
  test.each(headNames(goldenFolder))('%s: family, widths and order come from the weights', (name) => {
    const { tensors, config } = readHead(goldenFolder, name)
    const expected = parseHeadConfig(config, { file: name }).config
    const modalities = [
      { name: 'grouprec', width: 32 },
      { name: 'convnext', width: 24 },
    ]
    const { config: inferred } = inferHeadConfig(tensors, { file: name, hasBoxes: name !== 'c_context', modalities })
    expect(inferred.family).toBe(expected.family)
    expect(inferred.classes).toBe(5)
    expect(inferred.modalities).toEqual(expected.modalities)
    expect(() => checkHeadWeights(inferred, tensors, { file: name })).not.toThrow()
  })

  test('what is assumed is listed with its origin', () => {
    const { tensors } = readHead(goldenFolder, 'c_spatial')
    const origins = (hasBoxes: boolean) =>
      new Map(
        inferHeadConfig(tensors, { file: 'c', hasBoxes }).assumptions.map(({ parameter, value, origin }) => [
          parameter,
          [value, origin],
        ]),
      )
    const listed = origins(true)
    expect(listed.get('name')).toEqual(['context_graph_fusion_classifier', 'checkpoint'])
    expect(listed.get('hidden_dim')).toEqual([16, 'checkpoint'])
    expect(listed.get('gate_hidden_dim')).toEqual([12, 'checkpoint'])
    expect(listed.get('graph_k')).toEqual([8, 'default'])
    expect(listed.get('graph_alpha')).toEqual([0.5, 'default'])
    expect(listed.get('gate_temperature')).toEqual([1, 'default'])
    expect(listed.get('bbox_ctx')).toEqual([true, 'default'])
    expect(listed.get('img_uid')).toEqual([true, 'default'])
    expect(origins(false).get('bbox_ctx')).toEqual([false, 'default'])
  })

  test('boxes with a LayerNorm of their own were fused', () => {
    const config = parse('context_graph_fusion_classifier', {
      modalities: ['grouprec', 'bbox_ctx', 'img_uid'],
      input_dims: [6, 4, 1],
      include_spatial_in_fusion: true,
    })
    const inferred = inferHeadConfig(weightsOf(config), { file: 'a', hasBoxes: true }).config
    expect(inferred.modalities).toEqual(config.modalities)
    expect(inferred.parameters).toMatchObject({ includeSpatialInFusion: true, includeImageIdInFusion: false })
  })

  test('a relation from GroupRec-3D is found', () => {
    const config = parse('disentangled_gated_fusion_classifier', {
      modalities: ['convnext', 'grouprec_3d'],
      relation_modality: 'grouprec_3d',
    })
    const inferred = inferHeadConfig(weightsOf(config), { file: 'a', hasBoxes: false }).config
    expect(inferred.parameters).toMatchObject({ relationModality: 'grouprec_3d', appearanceModality: 'convnext' })
  })

  test('a cross-attention head takes its modalities from the widths at hand', () => {
    const cross = (widths: readonly number[]) =>
      weightsOf(
        parseHeadConfig(
          {
            name: 'cross_attention_fusion_classifier',
            params: { modalities: ['x', 'y'], input_dims: widths, d_model: 8 },
          },
          { file: 'c' },
        ).config,
      )
    const infer = (widths: readonly number[], modalities?: { name: string; width: number }[]) =>
      inferHeadConfig(cross(widths), { file: 'a', hasBoxes: true, ...(modalities ? { modalities } : {}) }).config
        .modalities
    expect(infer([1024, 1024])).toEqual([
      { name: 'grouprec', width: 1024 },
      { name: 'convnext', width: 1024 },
    ])
    expect(infer([78, 768]).map(({ name }) => name)).toEqual(['grouprec_3d', 'vit'])
    expect(
      infer(
        [16, 16],
        [
          { name: 'pose', width: 16 },
          { name: 'look', width: 16 },
        ],
      ).map(({ name }) => name),
    ).toEqual(['pose', 'look'])
    expect(infer([2, 3])).toEqual([
      { name: 'grouprec', width: 2 },
      { name: 'convnext', width: 3 },
    ])
  })

  test('what is no head is refused', () => {
    const backbone = new Map([['features.0.weight', filled([2, 3])]])
    expect(failure(() => inferHeadConfig(backbone, { file: 'a.pth', hasBoxes: true }))).toMatchObject({
      code: 'head.family-unknown',
      message: expect.stringContaining('features.0.weight') as unknown,
    })
    expect(failure(() => inferHeadConfig(new Map(), { file: 'a.pth', hasBoxes: true })).message).toContain('no weights')
    const headless = new Map([['gate_fc1.weight', filled([2, 3])]])
    expect(failure(() => inferHeadConfig(headless, { file: 'a.pth', hasBoxes: true })).code).toBe('head.weight-missing')
  })
})

describe('a config that is not the checkpoint’s', () => {
  const trained = weightsOf(parse('gated_fusion_classifier'))
  const resolve = (name: string, params: Readonly<Record<string, unknown>>, tensors = trained) =>
    failure(() =>
      resolveHead(
        tensors,
        { value: { name, params: { ...two, ...params } }, file: 'config.yaml' },
        { file: 'a.pth', hasBoxes: true },
      ),
    )

  test.each<[what: string, name: string, params: Record<string, unknown>, code: string, sentence: RegExp]>([
    [
      'another family',
      'context_graph_fusion_classifier',
      {},
      'head.family-mismatch',
      /In config\.yaml, name is context_graph_fusion_classifier, but .* say gated_fusion_classifier/,
    ],
    [
      'another class count',
      'gated_fusion_classifier',
      { num_classes: 6 },
      'head.class-count',
      /In config\.yaml, num_classes is 6, but the weights of a\.pth say 5/,
    ],
    [
      'another hidden width',
      'gated_fusion_classifier',
      { hidden_dim: 8 },
      'head.shape-mismatch',
      /In config\.yaml, hidden_dim is 8, but .* say 4/,
    ],
    [
      'another gate width',
      'gated_fusion_classifier',
      { gate_hidden_dim: 9 },
      'head.shape-mismatch',
      /gate_hidden_dim is 9/,
    ],
    [
      'another input width',
      'gated_fusion_classifier',
      { input_dims: [6, 768] },
      'head.shape-mismatch',
      /In config\.yaml, input_dims of convnext is 768, but .* say 5/,
    ],
    [
      'another order',
      'gated_fusion_classifier',
      { modalities: ['convnext', 'grouprec'], input_dims: [5, 6] },
      'head.modality-order',
      /In config\.yaml, modalities is convnext, grouprec, but .* say grouprec, convnext/,
    ],
  ])('%s is refused by name', (_what, name, params, code, sentence) => {
    const error = resolve(name, params)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
  })

  test('the order of a file that some tool sorted tells nothing', () => {
    const sorted = new Map([...trained].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const value = { name: 'gated_fusion_classifier', params: two }
    const { config } = resolveHead(sorted, { value, file: 'config.yaml' }, { file: 'a.pth', hasBoxes: true })
    expect(config.modalities.map(({ name }) => name)).toEqual(['grouprec', 'convnext'])
  })

  test('an option that adds weights is told by the weights', () => {
    const config = parse('gated_fusion_classifier', { class_aware_gate: true })
    expect(failure(() => checkHeadWeights(config, trained, { file: 'a.pth' }))).toMatchObject({
      code: 'head.weight-missing',
    })
  })
})

describe('inputs and outputs of the graph', () => {
  const build = (name: string, params: Readonly<Record<string, unknown>> = {}) => {
    const config = parse(name, params)
    return buildHeadModel(config, weightsOf(config), { file: 'a.pth', version: '1' })
  }
  const withBoxes = { modalities: ['grouprec', 'bbox_ctx', 'convnext', 'img_uid'], input_dims: [6, 4, 5, 1] }

  test('a head without a graph takes features only', () => {
    const { inputs, outputs, gateModalities } = build('multimodal_classifier')
    expect(inputs).toEqual([
      { name: 'grouprec', kind: 'features', width: 6 },
      { name: 'convnext', kind: 'features', width: 5 },
    ])
    expect(outputs).toEqual(['logits'])
    expect(gateModalities).toEqual([])
  })

  test('a spatial graph takes boxes and scenes', () => {
    const { inputs, outputs, gateModalities } = build('context_graph_fusion_classifier', withBoxes)
    expect(inputs).toEqual([
      { name: 'grouprec', kind: 'features', width: 6 },
      { name: 'bbox_ctx', kind: 'boxes', width: 4 },
      { name: 'convnext', kind: 'features', width: 5 },
      { name: 'scene', kind: 'scene', width: 1 },
    ])
    expect(outputs).toEqual(['logits', 'gate', 'neighbours', 'neighbour_weights'])
    expect(gateModalities).toEqual(['grouprec', 'convnext'])
  })

  test('a cosine graph takes scenes but no boxes; a graph turned off takes neither', () => {
    const kinds = (params: Readonly<Record<string, unknown>>) =>
      build('context_graph_fusion_classifier', params).inputs.map(({ name }) => name)
    expect(kinds({})).toEqual(['grouprec', 'convnext', 'scene'])
    expect(kinds({ ...withBoxes, graph_k: 0 })).toEqual(['grouprec', 'convnext'])
  })

  test('pseudo-modalities that are fused are read: boxes as an input, the photo index from the scenes', () => {
    const fused = { ...withBoxes, include_spatial_in_fusion: true, include_image_id_in_fusion: true }
    const { inputs, gateModalities } = build('context_graph_fusion_classifier', { ...fused, graph_k: 0 })
    expect(inputs.map(({ name }) => name)).toEqual(['grouprec', 'bbox_ctx', 'convnext', 'scene'])
    expect(gateModalities).toEqual(['grouprec', 'bbox_ctx', 'convnext', 'img_uid'])
  })
})
