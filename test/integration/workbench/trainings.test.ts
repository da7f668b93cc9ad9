import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '#main/codecs/yaml/read-config.ts'
import { columnItems, numberOf } from '#main/exchange/rafnet/columns.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { parseTrainingConfig } from '#main/training/training-config.ts'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import {
  called,
  ended,
  goldenFeatures,
  head,
  labelled,
  order,
  projectData,
  projectsOf,
  readJson,
  until,
} from '../../support/queued-trainings.ts'
import type { Order } from '../../support/queued-trainings.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { inCall } from '../../support/workbench.ts'

const client = startCompute()
const projectOf = projectsOf(client)

describe('a training on the project', () => {
  test('plan, queue, curves and run folder agree with each other', async () => {
    const workbench = await projectOf()
    const { training, jobs } = workbench.handlers
    const plan = await training.plan({ recipe: order().recipe, data: projectData, batchSize: 5 }, inCall)
    expect(plan).toMatchObject({ problem: null, leakage: null, family: 'multimodal_classifier', omitted: [] })
    expect(plan.findings.map(({ code }) => code)).toContain('training.width-adapted')
    const info = await ended(workbench, (await training.enqueue(order({ seeds: [41, 42] }), inCall)).id)
    const { train, val, test: held } = plan.splits
    expect(info.students).toEqual({ train: train.students, val: val.students, test: held.students })
    expect(train.students + val.students + held.students).toBe(27)
    expect(info.seeds).toMatchObject([
      { seed: 41, epochs: 3, ended: true },
      { seed: 42, epochs: 3, ended: true },
    ])
    const curves = await training.curves({ trainingId: info.id }, inCall)
    expect(curves.map(({ seed, records }) => [seed, records.length])).toEqual([
      [41, 3],
      [42, 3],
    ])
    const results = readJson(info.outputFolder, 'seed_41', 'results.json')
    expect(results).toMatchObject({
      model: 'tiny',
      device: 'cpu',
      best_epoch: info.seeds[0]!.bestEpoch,
      best_val_macro_f1_no_null: info.seeds[0]!.bestValMacroF1NoNull,
      lectern: { leakage: null, label_state: { imported: 27, confirmed: 0, adjudicated: 0, annotators: {} } },
    })
    expect(info.summary?.seeds.map(({ seed }) => seed)).toEqual([41, 42])
    for await (const [job] of jobs.watch({}, inCall)) {
      expect(job).toMatchObject({ kind: 'train', subject: 'tiny', state: 'done', done: 6, total: 6 })
      break
    }
  })

  test('labels by people are counted, others can be left out', async () => {
    const workbench = await projectOf()
    const { edits, scenes, training } = workbench.handlers
    const list = await scenes.list({ query: '', runId: null, offset: 0, limit: 10 }, inCall)
    for (const { id } of list.rows) {
      const { students } = await scenes.get({ sceneId: id, runIds: [] }, inCall)
      const studentIds = students.slice(0, 3).map((student) => student.id)
      await edits.apply({ edits: studentIds.map((studentId) => labelled(studentId, 1)), annotator: 'Ada' }, inCall)
    }
    const confirmed: Order['data'] = { ...projectData, onlyConfirmed: true }
    const plan = await training.plan({ recipe: order().recipe, data: confirmed, batchSize: 3 }, inCall)
    expect(plan.omitted).toEqual([expect.objectContaining({ code: 'not-confirmed', count: 15 })])
    const info = await ended(workbench, (await training.enqueue(order({ epochs: 1, batchSize: 64 }), inCall)).id)
    expect(readJson(info.outputFolder, 'seed_41', 'results.json')).toMatchObject({
      lectern: { label_state: { imported: 15, confirmed: 12, annotators: { Ada: 12 } } },
    })
  })

  test('the paper’s C+Spatial preset takes boxes and photos along', async () => {
    const workbench = await projectOf()
    const recipe: Order['recipe'] = { kind: 'preset', preset: 'grouprec_convnext_gated_c_spatial_graph_loss_tuned' }
    const queued = await workbench.handlers.training.enqueue(order({ recipe, name: null, epochs: 1 }), inCall)
    const info = await ended(workbench, queued.id)
    expect(info).toMatchObject({ name: recipe.preset, modalities: ['grouprec', 'convnext', 'bbox_ctx', 'img_uid'] })
  })

  const python = findPython('numpy', 'yaml')
  test.skipIf(!python)(`Python reads what it wrote (${withoutPython('numpy', 'yaml')} if skipped)`, async () => {
    const workbench = await projectOf()
    const recipe = head(['convnext', 'grouprec'], 'context_graph_fusion_classifier', true)
    const info = await ended(
      workbench,
      (await workbench.handlers.training.enqueue(order({ recipe, epochs: 1 }), inCall)).id,
    )
    const code = `
import sys, os, pickle, json, yaml, numpy
os.chdir(sys.argv[1])
config = yaml.safe_load(open('tiny.yaml'))
counts = {}
for split, dataset in config['datasets'].items():
    with open(dataset['params']['features_path'], 'rb') as file: data = pickle.load(file)
    n = len(data['labels'])
    assert data['labels'].dtype == numpy.int64 and data['convnext'].dtype == numpy.float32
    assert data['convnext'].shape == (n, 24) and data['grouprec'].shape == (n, 32)
    assert data['context']['bbox_cxcywh_norm'].shape == (n, 4)
    assert len(data['metadata']['img_paths']) == len(data['metadata']['bbox_ids']) == n
    counts[split] = n
print(json.dumps([counts, config['training']['output_dir'], config['model']['params']['modalities'], config['training']['label_names'][3]]))
`
    const printed = JSON.parse(runPython(python!, code, dirname(info.outputFolder))) as unknown
    expect(printed).toEqual([info.students, 'tiny', ['convnext', 'grouprec', 'bbox_ctx', 'img_uid'], 'Null'])
  })

  test('its vectors, labels and boxes are those of the file that was imported', async () => {
    const workbench = await projectOf()
    const recipe = head(['convnext'], 'context_graph_fusion_classifier', true)
    const info = await ended(
      workbench,
      (await workbench.handlers.training.enqueue(order({ recipe, epochs: 1 }), inCall)).id,
    )
    const rowsOf = (file: string): Map<string, unknown> => {
      const dict = readPickleFile(file) as Map<string, PickleValue>
      const metadata = dict.get('metadata') as Map<string, PickleValue>
      const texts = (key: string) => {
        const column = metadata.get(key)
        return (column instanceof NdArray ? column.toValues() : column) as string[]
      }
      const vector = (value: PickleValue | undefined, row: number): number[] => {
        if (Array.isArray(value)) return [...(value[row] as NdArray).toFloat64()]
        const { shape } = value as NdArray
        return [...(value as NdArray).toFloat64().subarray(row * shape[1]!, (row + 1) * shape[1]!)]
      }
      const labelOf = (row: number): number => numberOf(columnItems(dict.get('labels'))![row]!)!
      const context = dict.get('context') as Map<string, PickleValue>
      const ids = texts('bbox_ids')
      return new Map(
        texts('img_paths').map((path, row) => [
          `${path} ${ids[row]!}`,
          [vector(dict.get('convnext'), row), labelOf(row), vector(context.get('bbox_cxcywh_norm'), row)],
        ]),
      )
    }
    const source = rowsOf(goldenFeatures)
    const written = ['train', 'val', 'test'].flatMap((split) => [
      ...rowsOf(join(dirname(info.outputFolder), 'data', `${split}.pkl`)),
    ])
    expect(written).toHaveLength(27)
    for (const [key, row] of written) expect(row).toEqual(source.get(key))
  })

  test.skipIf(!rafnetFolder)(`RAFNet's own students (${withoutRafnet} if skipped): one scene a side`, async () => {
    const workbench = await projectOf(join(rafnetFolder!, 'features.pkl'))
    const { training } = workbench.handlers
    const recipe: Order['recipe'] = { kind: 'preset', preset: 'convnext_only_loss_tuned' }
    const plan = await training.plan({ recipe, data: projectData, batchSize: null }, inCall)
    expect(Object.values(plan.splits).map(({ scenes }) => scenes)).toEqual([1, 1, 1])
    expect(plan.problem).toBeNull()
    const info = await ended(
      workbench,
      (await training.enqueue(order({ recipe, epochs: 2, batchSize: null }), inCall)).id,
    )
    expect(Object.values(info.students!).reduce((sum, count) => sum + count, 0)).toBe(151)
  })
})

test('the best seed becomes a model with a run on the project, and removing the training leaves both', async () => {
  const workbench = await projectOf()
  const { training, models } = workbench.handlers
  const recipe = head(['grouprec', 'convnext'], 'context_graph_fusion_classifier', true)
  const { id } = await training.enqueue(order({ recipe, seeds: [41, 42], epochs: 4 }), inCall)
  const { seeds } = await ended(workbench, id)
  const [made] = await training.adopt({ trainingId: id, seeds: null }, inCall)
  const best = seeds.toSorted((a, b) => b.bestValMacroF1NoNull - a.bestValMacroF1NoNull)[0]!
  expect(made).toMatchObject({ name: `tiny seed ${best.seed}`, family: 'context_graph_fusion_classifier' })
  const runs = await models.runs({}, inCall)
  expect(runs).toEqual([expect.objectContaining({ modelId: made!.id, students: 27, name: made!.name })])
  const info = await until(workbench, id, () => true)
  expect(info.modelIds).toEqual([made!.id])
  await training.remove({ trainingId: id }, inCall)
  expect(existsSync(dirname(info.outputFolder))).toBe(false)
  expect(await models.list({}, inCall)).toHaveLength(1)
  expect(await called(() => training.curves({ trainingId: id }, inCall))).toBe('training.unknown')
})

describe('what is added to the loss', () => {
  const supcon: Order['recipe'] = { kind: 'preset', preset: 'grouprec_convnext_gated_d_supcon_loss_tuned' }
  const own = join(temporaryFolder(), 'own.yaml')
  writeFileSync(
    own,
    `training: {num_epochs: 1, batch_size: 5, mixup_alpha: 0.9, contrastive: {enabled: true, params: {weight: 2, temperature: 1}}}
optimizer: {name: adamw, lr: 0.01}
model: {name: multimodal_classifier, params: {hidden_dim: 8, modalities: [convnext], input_dims: [24]}}
`,
  )
  const config: Order['recipe'] = { kind: 'config', config: own, root: '.' }
  const asked = { contrastive: { weight: 0.3, temperature: 0.07 }, mixupAlpha: 0.4 }

  test.each<[string, Partial<Order>, ReturnType<typeof lossIn>]>([
    ['nothing', {}, { contrastive: null, mixupAlpha: 0 }],
    ['both, as asked', asked, asked],
    ['a preset’s own', { recipe: supcon }, { contrastive: { weight: 0.05, temperature: 0.2 }, mixupAlpha: 0 }],
    [
      'a preset’s own, turned off',
      { recipe: supcon, contrastive: { weight: 0, temperature: 0.2 } },
      { contrastive: null, mixupAlpha: 0 },
    ],
    ['a configuration’s own', { recipe: config }, { contrastive: { weight: 2, temperature: 1 }, mixupAlpha: 0.9 }],
    ['in place of a configuration’s own', { recipe: config, ...asked }, asked],
    [
      'nothing of a configuration’s',
      { recipe: config, mixupAlpha: 0 },
      { contrastive: { weight: 2, temperature: 1 }, mixupAlpha: 0 },
    ],
  ])('stands in the config.yaml of the run, which is trained by it: %s', async (_name, change, expected) => {
    const workbench = await projectOf()
    const { id } = await workbench.handlers.training.enqueue(order({ epochs: 1, ...change }), inCall)
    const { outputFolder } = await ended(workbench, id)
    expect(lossIn(outputFolder)).toEqual(expected)
  })

  function lossIn(folder: string) {
    const file = join(folder, 'seed_41', 'config.yaml')
    const mapping = readConfig(file, (path) => readFileSync(path, 'utf8'))
    const { contrastive, mixupAlpha } = parseTrainingConfig(mapping, file).options
    return { contrastive, mixupAlpha }
  }

  test('it changes what is learnt', async () => {
    const workbench = await projectOf()
    const losses: unknown[] = []
    for (const change of [{}, { mixupAlpha: 0.4 }, { contrastive: asked.contrastive }]) {
      const { id } = await workbench.handlers.training.enqueue(order({ epochs: 1, ...change }), inCall)
      await ended(workbench, id)
      const [curve] = await workbench.handlers.training.curves({ trainingId: id }, inCall)
      losses.push(curve!.records[0]!.train.loss)
    }
    expect(new Set(losses).size).toBe(3)
  })
})
