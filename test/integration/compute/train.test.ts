import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { readCheckpoint } from '#main/codecs/torch/read-checkpoint.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import type { TrainInput } from '#main/compute/protocol.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { checkHeadWeights } from '#main/onnx/head-weights.ts'
import type { TrainingMessage } from '#shared/contract/training.ts'
import { computeEntry, startCompute, temporaryFolder } from '../../support/compute.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import { collect, configIn, endOf, goldenFeatures as golden, inputFor, modelSection } from '../../support/train-runs.ts'

const compute = startCompute()

const train = (input: TrainInput): Promise<TrainingMessage[]> => collect(compute.training.run(input))
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))

/** Reads every file of a run folder as RAFNet's own scripts do, and checks the keys that they ask for. */
const readAll = `
import csv, json, os, sys, torch, yaml
output, evaluation = sys.argv[1:3]
keys = '''model seed best_epoch best_val_macro_f1_no_null best_val_macro_f1 test_macro_f1 test_macro_f1_no_null test_accuracy
test_accuracy_no_null test_loss timestamp device git_commit pixi_lock_hash config_path feature_tag feature_modalities
dataset_features_path dataset_modalities class_weighting focal_gamma null_class_idx primary_metric_key contrastive lectern'''.split()
results = []
for folder, _, files in sorted(os.walk(output)):
    for name in sorted(files):
        file = os.path.join(folder, name)
        if name.endswith('.json'): value = json.load(open(file))
        elif name.endswith('.yaml'): value = yaml.safe_load(open(file))
        elif name.endswith('.pth'): value = torch.load(file, weights_only=True)
        else: value = list(csv.DictReader(open(file)))
        if name == 'results.json': results.append(value)
        if name == 'training_history.json':
            assert list(value) == ['train', 'val'] and list(value['train'][0]) == ['epoch', 'loss', 'accuracy']
            assert list(value['val'][0]) == ['epoch', 'loss', 'macro_f1', 'macro_f1_no_null', 'accuracy', 'accuracy_no_null']
        if name == 'config.yaml': assert isinstance(value['optimizer']['params']['lr'], float)
for one in results: assert list(one) == keys, list(one)
assert json.load(open(os.path.join(output, 'all_seeds_summary.json'))) == results
final = json.load(open(os.path.join(evaluation, 'final_results.json')))['tiny']
assert (final['status'], final['seeds'], final['n_seeds']) == ('ok', ['seed_41', 'seed_42'], 2)
names = 'macro_f1_no_null macro_f1 accuracy accuracy_no_null loss'.split()
row, = csv.DictReader(open(os.path.join(evaluation, 'final_results.csv')))
assert list(row) == ['model', 'n_seeds'] + [f'{name}_{what}' for name in names for what in ('mean', 'std')], list(row)
for name in names:
    values = [one['test_' + name] for one in results]
    mean = sum(values) / 2
    std = (sum((value - mean) ** 2 for value in values) / 2) ** 0.5
    told = [final['metrics'][f'test_{name}_{what}'] for what in ('mean', 'std', 'min', 'max')]
    assert all(abs(a - b) < 1e-9 for a, b in zip(told, [mean, std, min(values), max(values)])), name
    assert abs(float(row[name + '_mean']) - mean) < 5.1e-5 and abs(float(row[name + '_std']) - std) < 5.1e-5
print(len(results))
`

describe('a run folder', () => {
  const folder = temporaryFolder()
  const output = join(folder, 'results', 'training', 'tiny')
  const run = (async () => train(inputFor(configIn(folder), folder)))()

  test('tells its course: start, two seeds of four epochs each, the end', async () => {
    const messages = await run
    const kinds = messages.filter(({ kind }) => kind !== 'steps').map(({ kind }) => kind)
    const seed = ['seed', 'epoch', 'epoch', 'epoch', 'epoch', 'seed-end']
    expect(kinds).toEqual(['start', ...seed, ...seed, 'end'])
    const { seeds, test: figures } = endOf(messages)
    expect(seeds.map((one) => one.seed)).toEqual([41, 42])
    expect(figures.accuracy.mean).toBeCloseTo((seeds[0]!.test.accuracy + seeds[1]!.test.accuracy) / 2, 10)
  })

  test('has RAFNet’s files, and every one that the end names', async () => {
    const { files } = endOf(await run)
    const seedFiles = ['best_model.pth', 'results.json', 'training_history.json', 'config.yaml']
    for (const name of [41, 42].flatMap((seed) => seedFiles.map((file) => join(`seed_${seed}`, file)))) {
      expect(files).toContain(join(output, name))
    }
    expect(files).toContain(join(output, 'all_seeds_summary.json'))
    expect(files).toContain(join(folder, 'results', 'evaluation', 'final_results.csv'))
    expect(files.filter((file) => !existsSync(file))).toEqual([])
    expect(existsSync(join(output, 'seed_41', 'training_state.bin'))).toBe(false)
  })

  test('results.json and the history agree with each other', async () => {
    await run
    const results = json(output, 'seed_41', 'results.json') as Record<string, unknown>
    const history = json(output, 'seed_41', 'training_history.json') as {
      train: { epoch: number }[]
      val: { macro_f1_no_null: number }[]
    }
    expect(history.train.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    const best = Math.max(...history.val.map((one) => one.macro_f1_no_null))
    expect(results['best_val_macro_f1_no_null']).toBe(best)
    expect(results['best_epoch']).toBe(history.val.findIndex((one) => one.macro_f1_no_null === best) + 1)
    expect(results).toMatchObject({
      model: 'tiny',
      seed: 41,
      device: 'cpu',
      git_commit: 'N/A',
      null_class_idx: 3,
      primary_metric_key: 'macro_f1_no_null',
      contrastive: { enabled: false, weight: 0, temperature: 0.2 },
      lectern: { version: '0.1.0-test', leakage: { photos: 5 } },
    })
    expect(json(output, 'all_seeds_summary.json')).toHaveLength(2)
  })

  test('its checkpoint is a complete state dict in PyTorch’s order, which the loader takes', async () => {
    await run
    const file = join(output, 'seed_41', 'best_model.pth')
    const { tensors } = readCheckpoint(readFileSync(file), { file })
    checkHeadWeights(parseHeadConfig(modelSection, { file }).config, tensors, { file })
    expect(tensors.get('classifier.1.num_batches_tracked')?.dtype).toBe('int64')
  })

  const python = findPython('torch', 'yaml')
  const skipped = `(${withoutPython('torch', 'yaml')} if skipped)`
  test.skipIf(!python)(`PyTorch and PyYAML read it ${skipped}`, async () => {
    await run
    const code = `
import sys, json, torch, yaml
state = torch.load(sys.argv[1], weights_only=True) if 'weights_only' in torch.load.__code__.co_varnames else torch.load(sys.argv[1])
config = yaml.safe_load(open(sys.argv[2]))
print(json.dumps([list(state)[0], str(state['classifier.1.num_batches_tracked'].dtype), int(state['classifier.1.num_batches_tracked']) % 3, config['optimizer']['params']['lr']]))
`
    const seed = join(output, 'seed_41')
    const printed = runPython(python!, code, join(seed, 'best_model.pth'), join(seed, 'config.yaml'))
    expect(JSON.parse(printed)).toEqual(['norms.grouprec.weight', 'torch.int64', 0, 0.003])
  })

  test.skipIf(!python)(`Python reads every file of it, with the keys that RAFNet writes ${skipped}`, async () => {
    await run
    expect(runPython(python!, readAll, output, join(folder, 'results', 'evaluation')).trim()).toBe('2')
  })
})

test('a training whose process died goes on with --resume, in a newer version too, and ends with the same numbers', async () => {
  const [whole, broken] = [temporaryFolder(), temporaryFolder()]
  const { seeds } = endOf(await train(inputFor(configIn(whole), whole)))
  const other = createComputeClient({ fork: forkWithNode(computeEntry) })
  const config = configIn(broken)
  const watch = async (): Promise<void> => {
    for await (const message of other.training.run(inputFor(config, broken))) {
      if (message.kind === 'epoch' && message.seed === 42 && message.record.epoch === 2) await other.close()
    }
  }
  await expect(watch()).rejects.toMatchObject({ code: 'compute.closed' })
  const messages = await train(inputFor(config, broken, { resume: true, appVersion: '0.2.0-test' }))
  const summary = endOf(messages)
  expect(summary.seeds.map((one) => ({ ...one, reused: false }))).toEqual(seeds)
  expect(summary.seeds.map((one) => one.reused)).toEqual([true, false])
  const resumed = messages.find((message) => message.kind === 'seed')
  expect(resumed?.resumedAfterEpoch).toBeGreaterThanOrEqual(2)
  expect(json(broken, 'results', 'training', 'tiny', 'seed_42', 'results.json')).toMatchObject({
    lectern: { version: '0.2.0-test', versions: ['0.1.0-test', '0.2.0-test'] },
  })
})

test('a cancelled training ends, and its process lives on', async () => {
  const folder = temporaryFolder()
  const controller = new AbortController()
  const input = inputFor(configIn(folder, { num_epochs: 5000 }), folder)
  const watch = async (): Promise<void> => {
    for await (const { kind } of compute.training.run(input, { signal: controller.signal })) {
      if (kind === 'epoch') controller.abort()
    }
  }
  await expect(watch()).rejects.toBeDefined()
  expect((await compute.training.presets({})).length).toBeGreaterThan(20)
})

describe('bad input is refused by name before anything is trained', () => {
  const features = (change: (dict: Map<PickleValue, PickleValue>) => void): string => {
    const dict = readPickle(readFileSync(golden), { file: golden }) as Map<PickleValue, PickleValue>
    change(dict)
    return writePickleFile(join(temporaryFolder(), 'features.pkl'), dict)
  }
  const matrixOf = (rows: number, width: number, at: (index: number) => number): NdArray =>
    NdArray.of(
      'float32',
      Float32Array.from({ length: rows * width }, (_, index) => at(index)),
      [rows, width],
    )
  const labels = (values: readonly number[]): NdArray => NdArray.of('int64', BigInt64Array.from(values, BigInt), [27])
  const codeOf = async (file: string, change: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    const folder = temporaryFolder()
    const output = join(folder, 'results')
    const outcome = await train(inputFor(configIn(folder, change, file), folder)).catch((error: unknown) => error)
    expect(existsSync(output)).toBe(false)
    return (outcome as { readonly code: string }).code
  }

  test('NaN and infinite features', async () => {
    for (const value of [NaN, Infinity]) {
      const file = features((dict) =>
        dict.set(
          'convnext',
          matrixOf(27, 24, (index) => (index === 100 ? value : 0.1)),
        ),
      )
      expect(await codeOf(file)).toBe('training.features-not-finite')
    }
  })

  test('another width, a missing modality, no boxes', async () => {
    const wide = features((dict) =>
      dict.set(
        'convnext',
        matrixOf(27, 25, () => 0.1),
      ),
    )
    expect(await codeOf(wide)).toBe('training.width-mismatch')
    expect(await codeOf(features((dict) => dict.delete('grouprec')))).toBe('training.modality-missing')
    expect(await codeOf(features((dict) => dict.delete('context')))).toBe('training.modality-missing')
  })

  test('labels that are no class, or none at all', async () => {
    const unlabelled = features((dict) =>
      dict.set('labels', labels(Array.from({ length: 27 }, (_, row) => (row === 4 ? -1 : 0)))),
    )
    expect(await codeOf(unlabelled)).toBe('training.label-unknown')
    expect(await codeOf(features((dict) => dict.delete('labels')))).toBe('training.label-unknown')
  })

  test('a last batch of one, a file that is not there, a config that is not there', async () => {
    expect(await codeOf(golden, { batch_size: 13 })).toBe('training.batch-of-one')
    expect(await codeOf('no-such-file.pkl')).toBe('exchange.file-missing')
    const missing = train(inputFor('no-such-config.yaml', temporaryFolder()))
    await expect(missing).rejects.toMatchObject({ code: 'exchange.file-missing' })
  })

  test('classes that never occur and a single photo are told, and training goes on', async () => {
    const folder = temporaryFolder()
    const file = features((dict) => {
      dict.set('labels', labels(Array.from({ length: 27 }, (_, row) => row % 2)))
      const metadata = dict.get('metadata') as Map<PickleValue, PickleValue>
      metadata.set('img_paths', new Array<string>(27).fill('only.jpg'))
    })
    const summary = endOf(await train(inputFor(configIn(folder, { num_epochs: 1, seeds: [41] }, file), folder)))
    const codes = summary.findings.map(({ code }) => code)
    expect(codes.filter((code) => code === 'training.class-absent')).toHaveLength(3)
    expect(codes.filter((code) => code === 'training.one-scene')).toHaveLength(3)
    expect(existsSync(join(folder, 'results', 'training', 'tiny', 'all_seeds_summary.json'))).toBe(false)
  })
})
