import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const golden = join(root, 'test', 'fixtures', 'golden', 'features.pkl')
let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'lectern-train-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The command line from source, in the folder of this test, as RAFNet is run in its own. */
function lectern(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'src-main', 'hosts', 'cli', 'main.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, LECTERN_USER_DATA: join(folder, 'user') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

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
