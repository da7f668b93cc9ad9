import { describe, expect, test } from 'vitest'
import { headFamilies } from '#main/onnx/architectures/config.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { modelSection } from '#main/onnx/model-section.ts'
import { AppError } from '#shared/contract/app-error.ts'

const source = { file: 'config.yaml' }
const two = { modalities: ['grouprec', 'convnext'], input_dims: [1024, 768] }

function failure(value: unknown): AppError {
  try {
    parseHeadConfig(value, source)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('defaults', () => {
  test('are RAFNet’s, family by family', () => {
    const defaults = Object.fromEntries(
      headFamilies.map((name) => [name, parseHeadConfig({ name, params: two }, source).config.parameters]),
    )
    const gate = {
      hiddenDim: 256,
      dropout: 0.3,
      gateDropout: 0.1,
      gateHiddenDim: 128,
      gateTemperature: 1,
      entropyWeight: 0.01,
    }
    const graph = {
      graphK: 8,
      graphAlpha: 0.5,
      graphDropout: 0.1,
      spatialModality: 'bbox_ctx',
      imageIdModality: 'img_uid',
    }
    const disentangle = {
      relationModality: 'grouprec',
      appearanceModality: 'convnext',
      disentangleAlignWeight: 0.01,
      alignDetachAppearance: true,
    }
    expect(defaults).toEqual({
      multimodal_classifier: { hiddenDim: 256, dropout: 0.5 },
      gated_fusion_classifier: {
        ...gate,
        classAwareGate: false,
        classPriorDetach: true,
        uncertaintyAware: false,
        uncertaintyFloor: 1e-4,
      },
      disentangled_gated_fusion_classifier: { ...gate, ...disentangle, disentangleOrthoWeight: 0.01 },
      context_graph_fusion_classifier: {
        ...gate,
        ...graph,
        includeSpatialInFusion: false,
        includeImageIdInFusion: false,
      },
      disentangled_spatial_graph_fusion_classifier: {
        ...gate,
        ...graph,
        ...disentangle,
        disentangleOrthoWeight: 0.02,
      },
      class_conditioned_spatial_gated_fusion_classifier: {
        ...gate,
        ...graph,
        classPriorDetach: true,
        contextDetach: true,
      },
      cross_attention_fusion_classifier: { modelWidth: 256, headCount: 4, dropout: 0.1, feedForwardRatio: 2 },
    })
  })

  test('are listed with where every value comes from', () => {
    const params = { ...two, num_classes: 4, hidden_dim: 64 }
    const { assumptions } = parseHeadConfig({ name: 'multimodal_classifier', params }, source)
    expect(assumptions).toEqual([
      { parameter: 'name', value: 'multimodal_classifier', origin: 'config', trainingOnly: false },
      { parameter: 'num_classes', value: 4, origin: 'config', trainingOnly: false },
      { parameter: 'modalities', value: 'grouprec, convnext', origin: 'config', trainingOnly: false },
      { parameter: 'input_dims', value: '1024, 768', origin: 'config', trainingOnly: false },
      { parameter: 'hidden_dim', value: 64, origin: 'config', trainingOnly: false },
      { parameter: 'dropout', value: 0.5, origin: 'default', trainingOnly: true },
    ])
  })
})

describe('what is accepted', () => {
  test('a whole RAFNet config, whose other sections are left alone', () => {
    const whole = { training: { seeds: [43] }, model: { name: 'gated_fusion_classifier', params: two } }
    expect(parseHeadConfig(whole, source).config.family).toBe('gated_fusion_classifier')
  })

  test('numbers and flags as text, as PyYAML leaves some', () => {
    const params = {
      ...two,
      hidden_dim: '64',
      gate_temperature: '5e-1',
      class_aware_gate: 'True',
      input_dims: ['32', 24.0],
    }
    const { config } = parseHeadConfig({ name: 'gated_fusion_classifier', params }, source)
    expect(config.parameters).toMatchObject({ hiddenDim: 64, gateTemperature: 0.5, classAwareGate: true })
    expect(config.modalities.map(({ width }) => width)).toEqual([32, 24])
  })

  test('null means left out', () => {
    const params = { ...two, hidden_dim: null, num_classes: null }
    const { config } = parseHeadConfig({ name: 'multimodal_classifier', params }, source)
    expect(config).toMatchObject({ classes: 5, parameters: { hiddenDim: 256 } })
  })

  test.each(headFamilies)('what %s writes reads back unchanged', (name) => {
    const { config } = parseHeadConfig({ name, params: { ...two, num_classes: 7, dropout: 0.25 } }, source)
    expect(parseHeadConfig(modelSection(config), source).config).toEqual(config)
  })
})

const name = 'gated_fusion_classifier'
const bad: readonly [what: string, value: unknown, code: string, sentence: RegExp][] = [
  ['nothing', null, 'head.config-malformed', /the configuration is null/],
  ['a list', [], 'head.config-malformed', /the configuration is \[\]/],
  ['no name', { params: two }, 'head.config-malformed', /model\.name is missing/],
  [
    'a family that does not exist',
    { name: 'hybrid_fusion_classifier', params: two },
    'head.family-unknown',
    /hybrid_fusion_classifier.*Use one of multimodal_classifier/,
  ],
  ['no params', { name }, 'head.config-malformed', /model\.params is missing/],
  [
    'an unknown option',
    { name, params: { ...two, graph_k: 8 } },
    'head.parameter-unknown',
    /model\.params\.graph_k, which a gated_fusion_classifier does not have/,
  ],
  ['an option named like a method', { name, params: { ...two, toString: 1 } }, 'head.parameter-unknown', /toString/],
  [
    'a width of no number',
    { name, params: { ...two, hidden_dim: 'wide' } },
    'head.config-malformed',
    /hidden_dim is "wide" where a whole number of at least 1/,
  ],
  ['half a width', { name, params: { ...two, hidden_dim: 64.5 } }, 'head.config-malformed', /hidden_dim is 64\.5/],
  [
    'a dropout above 1',
    { name, params: { ...two, dropout: 30 } },
    'head.config-malformed',
    /dropout is 30 where a number of at least 0 and at most 1/,
  ],
  ['an empty text for a number', { name, params: { ...two, dropout: '' } }, 'head.config-malformed', /dropout is ""/],
  [
    'an infinite temperature',
    { name, params: { ...two, gate_temperature: Infinity } },
    'head.config-malformed',
    /gate_temperature/,
  ],
  [
    'a flag that is none',
    { name, params: { ...two, class_aware_gate: 'maybe' } },
    'head.config-malformed',
    /class_aware_gate is "maybe" where true or false/,
  ],
  ['no classes', { name, params: { ...two, num_classes: 0 } }, 'head.config-malformed', /num_classes is 0/],
  ['no modalities', { name, params: {} }, 'head.config-malformed', /modalities is missing/],
  [
    'modalities without widths',
    { name, params: { modalities: ['a', 'b'], input_dims: [4] } },
    'head.config-malformed',
    /input_dims is \[4\] where a list of 2 widths/,
  ],
  [
    'a modality twice',
    { name, params: { modalities: ['a', 'a'], input_dims: [4, 4] } },
    'head.config-malformed',
    /without repetition/,
  ],
  [
    'a modality that is a number',
    { name, params: { modalities: [1], input_dims: [4] } },
    'head.config-malformed',
    /a list of names/,
  ],
  [
    'a modality of width −1',
    { name, params: { modalities: ['a'], input_dims: [-1] } },
    'head.config-malformed',
    /input_dims is -1/,
  ],
  [
    'nothing left to fuse',
    { name: 'context_graph_fusion_classifier', params: { modalities: ['bbox_ctx'], input_dims: [4] } },
    'head.config-impossible',
    /bbox_ctx, but none is left to fuse/,
  ],
  [
    'a relation that is not there',
    { name: 'disentangled_gated_fusion_classifier', params: { modalities: ['vit', 'convnext'], input_dims: [4, 4] } },
    'head.config-impossible',
    /relation_modality grouprec is not among them/,
  ],
  [
    'three tokens for cross-attention',
    { name: 'cross_attention_fusion_classifier', params: { modalities: ['a', 'b', 'c'], input_dims: [4, 4, 4] } },
    'head.config-impossible',
    /exactly 2, not 3/,
  ],
  [
    'heads that do not divide the width',
    { name: 'cross_attention_fusion_classifier', params: { ...two, d_model: 10 } },
    'head.config-impossible',
    /d_model 10 cannot be divided among num_heads 4/,
  ],
]

test.each(bad)('%s is refused by name', (_what, value, code, sentence) => {
  const error = failure(value)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(sentence)
  expect(error.message).toContain('config.yaml')
})
