import { expect, test } from 'vitest'
import { parseConfig } from '#main/codecs/yaml/parse-config.ts'
import { presetHead, trainingPresets } from '#main/training/presets.ts'
import { recipeConfig } from '#main/training/recipe-config.ts'
import { parseTrainingConfig } from '#main/training/training-config.ts'
import { thrownAppError } from '../../support/app-error.ts'

const text = `
training:
    seeds:
        - 43
    num_epochs: 100
    batch_size: 128
    grad_clip: 1.0
    label_names: [Bowing Head, Listening, Reading/Writing, "Null", Using Phone]
    output_dir: results/training/c
    mixup_alpha: 0.2
    contrastive: {enabled: true, weight: 0.05, temperature: 0.2}
    num_workers: 4
optimizer:
    name: adamw
    params: {lr: 0.001, weight_decay: 1e-3}
loss:
    name: focal
    params: {num_classes: 5, gamma: 1.5, label_smoothing: 0.1}
class_weights: {method: log_balanced, null_weight_factor: 0.1}
scheduler:
    name: reduce_on_plateau
    params: {mode: max, factor: 0.5, patience: 10}
model:
    name: gated_fusion_classifier
    params:
        num_classes: 5
        modalities: &names [grouprec, convnext]
        input_dims: [1024, 1024]
datasets:
    train: {name: multimodal_features, params: {features_path: train.pkl, modalities: *names}}
    val: {name: multimodal_features, params: {features_path: val.pkl, modalities: *names}}
    test: {name: multimodal_features, params: {features_path: test.pkl, modalities: *names}}
`
const parse = (yaml: string) => parseTrainingConfig(parseConfig(yaml, 'c.yaml'), 'c.yaml')
const changed = (from: string, to: string) => {
  expect(text).toContain(from)
  return text.replace(from, to)
}

test('RAFNet’s own file, number by number', () => {
  const { options, seeds, features, outputFolder, ignored } = parse(text)
  expect(options).toEqual({
    epochs: 100,
    batchSize: 128,
    learningRate: 1e-3,
    adamW: { weightDecay: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8 },
    gradientClip: 1,
    focalGamma: 1.5,
    labelSmoothing: 0.1,
    classWeighting: { method: 'log_balanced', beta: 0.999, nullWeightFactor: 0.1 },
    mixupAlpha: 0.2,
    contrastive: { weight: 0.05, temperature: 0.2 },
    scheduler: { kind: 'plateau', mode: 'max', factor: 0.5, patience: 10 },
    nullIndex: 3,
  })
  expect({ seeds, features, outputFolder, ignored }).toEqual({
    seeds: [43],
    features: { train: 'train.pkl', val: 'val.pkl', test: 'test.pkl' },
    outputFolder: 'results/training/c',
    ignored: ['training.num_workers'],
  })
})

test('what a file leaves out is RAFNet’s default; no scheduler and no class weights mean none', () => {
  const minimal = `
optimizer: {name: adamw}
model: {name: multimodal_classifier, params: {modalities: [a], input_dims: [3]}}
datasets:
  train: {params: {features_path: a.pkl}}
  val: {params: {features_path: a.pkl}}
  test: {params: {features_path: a.pkl}}
`
  const { options, seeds } = parse(minimal)
  expect(seeds).toEqual([43])
  expect(options).toMatchObject({
    epochs: 100,
    batchSize: 128,
    learningRate: 1e-3,
    gradientClip: 1,
    focalGamma: 2,
    labelSmoothing: 0,
    classWeighting: null,
    mixupAlpha: 0,
    contrastive: null,
    scheduler: { kind: 'constant' },
    nullIndex: 3,
  })
})

test('other forms: options beside the name, cosine, no clipping, contrastive switched off, beta under params', () => {
  expect(parse(changed('params: {lr: 0.001, weight_decay: 1e-3}', 'lr: 0.01')).options.learningRate).toBe(0.01)
  const cosine = changed(
    'name: reduce_on_plateau\n    params: {mode: max, factor: 0.5, patience: 10}',
    'name: cosine_annealing\n    params: {}',
  )
  expect(parse(cosine).options.scheduler).toEqual({ kind: 'cosine', period: 100, minimum: 1e-6 })
  expect(parse(changed('grad_clip: 1.0', 'grad_clip: 0')).options.gradientClip).toBeNull()
  expect(parse(changed('enabled: true', 'enabled: false')).options.contrastive).toBeNull()
  const effective = changed(
    '{method: log_balanced, null_weight_factor: 0.1}',
    '{method: effective_num, params: {beta: 0.99}}',
  )
  expect(parse(effective).options.classWeighting).toEqual({ method: 'effective_num', beta: 0.99, nullWeightFactor: 1 })
})

test('classes without a Null are measured by the plain macro F1', () => {
  expect(parse(changed('"Null"', 'Talking')).options.nullIndex).toBeNull()
})

const refused: readonly (readonly [name: string, from: string, to: string, code: string, key: string])[] = [
  ['an unknown optimizer', 'name: adamw', 'name: lion', 'training.config-unknown', 'optimizer.name'],
  [
    'an unknown option of the optimizer',
    'weight_decay: 1e-3',
    'amsgrad: true',
    'training.config-unknown',
    'optimizer.params',
  ],
  ['an unknown loss', 'name: focal', 'name: dice', 'training.config-unknown', 'loss.name'],
  ['an unknown scheduler', 'reduce_on_plateau', 'one_cycle', 'training.config-unknown', 'scheduler.name'],
  ['an unknown weighting', 'log_balanced', 'sqrt', 'training.config-unknown', 'class_weights.method'],
  [
    'an unknown kind of data',
    'train: {name: multimodal_features',
    'train: {name: images',
    'training.config-unknown',
    'datasets.train.name',
  ],
  ['a rate that is no number', 'lr: 0.001', 'lr: fast', 'training.config-malformed', 'optimizer.lr'],
  ['no epochs', 'num_epochs: 100', 'num_epochs: 0', 'training.config-malformed', 'training.num_epochs'],
  ['half a student', 'batch_size: 128', 'batch_size: 12.5', 'training.config-malformed', 'training.batch_size'],
  ['an unquoted Null', '"Null"', 'Null', 'training.config-malformed', 'training.label_names'],
  ['a name too few', '"Null", ', '', 'training.config-malformed', 'training.label_names'],
  ['a seed that is none', '- 43', '- lucky', 'training.config-malformed', 'training.seeds'],
  [
    'classes that differ',
    'num_classes: 5, gamma',
    'num_classes: 4, gamma',
    'training.config-malformed',
    'loss.num_classes',
  ],
  [
    'no test data',
    '    test: {name: multimodal_features, params: {features_path: test.pkl, modalities: *names}}\n',
    '',
    'training.config-malformed',
    'datasets.test',
  ],
]
test.each(refused)('%s is refused by name', (_name, from, to, code, key) => {
  const error = thrownAppError(() => parse(changed(from, to)))
  expect({ code: error.code, key: error.details['key'] }).toEqual({ code, key })
})

test('modalities of the data that are not the model’s are refused', () => {
  const other = changed('val.pkl, modalities: *names', 'val.pkl, modalities: [convnext, grouprec]')
  expect(thrownAppError(() => parse(other)).code).toBe('training.config-modalities')
})

test('every preset is a configuration that can be trained, and each name is there once', () => {
  const labelNames = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone']
  const data = { train: 'a', val: 'b', test: 'c', outputFolder: 'd', labelNames, widths: new Map<string, number>() }
  expect(new Set(trainingPresets.map(({ name }) => name)).size).toBe(trainingPresets.length)
  for (const { name, family, lossTuned } of trainingPresets) {
    const { head, options, seeds } = parseTrainingConfig(recipeConfig(presetHead(name)!, data), name)
    expect(head.family).toBe(family)
    expect(seeds).toEqual([41, 42, 43, 44, 45])
    expect(options).toMatchObject(
      lossTuned ? { focalGamma: 1.5, labelSmoothing: 0.1 } : { focalGamma: 2, labelSmoothing: 0 },
    )
  }
  expect(presetHead('no_such_model')).toBeNull()
})
