import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const root = resolve(import.meta.dirname, '../../..')
const golden = join(root, 'test', 'fixtures', 'golden', 'features.pkl')
const { folder, lectern, failure } = commandLine('source')

const dataset = `{name: multimodal_features, params: {features_path: '${golden}', modalities: *names}}`
const base = `
training: {num_epochs: 3, batch_size: 10, output_dir: results/training/base}
optimizer: {name: adamw, params: {lr: 0.003}}
loss: {name: focal, params: {gamma: 2.0}}
model: {name: multimodal_classifier, params: {hidden_dim: 16, modalities: &names [grouprec, convnext], input_dims: [32, 24]}}
datasets:
  train: ${dataset}
  val: ${dataset}
  test: ${dataset}
`

test('train --config follows _base_, keeps to the seeds asked for, and prints one JSON document with the leakage', async () => {
  writeFileSync(join(folder, 'base.yaml'), base)
  writeFileSync(join(folder, 'mlp.yaml'), '_base_: base.yaml\ntraining: {output_dir: results/training/mlp}\n')
  const { code, stdout, stderr } = await lectern('train', '--config', 'mlp.yaml', '--seeds', '7,8', '--json')
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as Record<string, unknown>
  expect(result).toMatchObject({
    model: 'mlp',
    family: 'multimodal_classifier',
    n_seeds: 2,
    seeds: [{ seed: 7 }, { seed: 8 }],
    lectern: { leakage: { photos: 5 } },
  })
  expect(stderr).toContain('training.leakage')
  const results = JSON.parse(
    readFileSync(join(folder, 'results', 'training', 'mlp', 'seed_7', 'results.json'), 'utf8'),
  ) as Record<string, unknown>
  expect((result['seeds'] as { test_accuracy: number }[])[0]!.test_accuracy).toBe(results['test_accuracy'])
})

test('bad input ends with its code and a sentence, and writes nothing', async () => {
  writeFileSync(join(folder, 'lion.yaml'), base.replace('name: adamw', 'name: lion'))
  const unknown = await lectern('train', '--config', 'lion.yaml', '--json')
  expect(unknown.code).toBe(1)
  expect(JSON.parse(unknown.stderr)).toMatchObject({ code: 'training.config-unknown', details: { value: 'lion' } })
  const seeds = await lectern('train', '--config', 'base.yaml', '--seeds', 'lucky')
  expect(seeds.code).toBe(1)
  expect(seeds.stderr).toContain('training.seeds-malformed')
})

const canTakeNone = process.platform === 'linux'
test.skipIf(!canTakeNone)(
  `a place where the system takes no folder is refused before anything is learnt${canTakeNone ? '' : ' (needs /proc)'}`,
  async () => {
    for (const [command, ...rest] of [['train', '--seeds', '7'], ['baselines']] as const) {
      const error = await failure(command, '--config', 'base.yaml', ...rest, '--out', '/proc/out')
      expect([command, error.code, error.message]).toEqual([
        command,
        'training.write-failed',
        expect.stringMatching(/\/proc\/out.*no folder can be made there/),
      ])
    }
  },
)

const conditions = `
training: {seeds: [41, 42], num_epochs: 2, batch_size: 64, mixup_alpha: 0.2, contrastive: {enabled: true, weight: 0.05, temperature: 0.2}}
optimizer: {name: adamw, params: {lr: 0.001, weight_decay: 0.001}}
loss: {name: focal, params: {num_classes: 5, gamma: 1.5, label_smoothing: 0.1}}
class_weights: {method: effective_num, null_weight_factor: 0.1}
scheduler: {name: cosine_annealing, params: {T_max: 100}}
`
const spatial = (features: string): string => `
model:
  name: context_graph_fusion_classifier
  params: {num_classes: 5, modalities: &names [grouprec, convnext, bbox_ctx, img_uid], input_dims: [1024, 1024, 4, 1]}
datasets:
${['train', 'val', 'test'].map((split) => `  ${split}: {name: multimodal_features, params: {features_path: '${features}', modalities: *names}}\n`).join('')}`

test.skipIf(!rafnetFolder)(
  `on the authors' features: contrastive loss, mixup, cosine schedule, two files to build on (${withoutRafnet} if skipped)`,
  async () => {
    writeFileSync(join(folder, 'conditions.yaml'), conditions)
    writeFileSync(join(folder, 'spatial.yaml'), spatial(join(rafnetFolder!, 'features.pkl')))
    writeFileSync(
      join(folder, 'whole.yaml'),
      '_base_: [conditions.yaml, spatial.yaml]\ntraining: {output_dir: results/training/whole}\n',
    )
    const { code, stdout, stderr } = await lectern('train', '--config', 'whole.yaml', '--json')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ model: 'whole', n_seeds: 2, device: 'cpu' })
    const file = (name: string): unknown =>
      JSON.parse(readFileSync(join(folder, 'results', 'training', 'whole', 'seed_42', name), 'utf8'))
    expect(file('results.json')).toMatchObject({
      contrastive: { enabled: true, weight: 0.05, temperature: 0.2 },
      class_weighting: { method: 'effective_num', beta: 0.999 },
    })
    const { train } = file('training_history.json') as { train: { loss: number }[] }
    expect(train).toHaveLength(2)
    for (const { loss } of train) expect(loss).toBeGreaterThan(0)
    expect(stderr).toContain('rate 0.0009998')
  },
)
