import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toAppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { columnItems, numberOf } from '#main/exchange/rafnet/columns.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { allSceneIds, updateScene } from '#main/store/tables/scene.ts'
import type { Store } from '#main/store/store.ts'
import { computeEntry, startCompute } from '../../support/compute.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
import { findPython, runPython, withoutPython } from '../../support/python.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, projectWorkbench, testWorkbench, writeTo } from '../../support/workbench.ts'
import type { TestWorkbench } from '../../support/workbench.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden/features.pkl')
const client = startCompute()

/** A project of the golden students, 27 in scenes of 10, 9, 5, 2 and 1, or of another feature file. */
async function projectOf(file = golden, change: Partial<Parameters<typeof projectWorkbench>[0]> = {}) {
  const workbench = await projectWorkbench({ client, ...change })
  const source = { file, photoRoot: null, contextFile: null, split: null }
  await workbench.handlers.exchange.importFeatures(source, inCall)
  return workbench
}

type Order = TrainingInfo['order']
type ProjectData = Extract<Order['data'], { kind: 'project' }>
const projectData: ProjectData = {
  kind: 'project',
  splits: 'made',
  together: 'scene',
  shares: { train: 0.6, val: 0.2, test: 0.2 },
  splitSeed: 41,
  onlyConfirmed: false,
}
const head = (modalities: string[], family = 'multimodal_classifier', spatial = false): Order['recipe'] => ({
  kind: 'head',
  family,
  modalities,
  spatial,
  lossTuned: true,
})
const order = (change: Partial<Order> = {}): Order => ({
  recipe: head(['convnext']),
  data: projectData,
  name: 'tiny',
  seeds: [41],
  epochs: 3,
  batchSize: 5,
  learningRate: 3e-3,
  ...change,
})

type Handlers = Pick<TestWorkbench, 'handlers'>

async function until(
  { handlers }: Handlers,
  trainingId: number,
  ready: (info: TrainingInfo) => boolean,
): Promise<TrainingInfo> {
  for await (const list of handlers.training.watch({}, inCall)) {
    const info = list.find(({ id }) => id === trainingId)
    if (info && ready(info)) return info
  }
  throw new Error('the queue is followed until the test ends')
}

const rests = ({ state }: TrainingInfo): boolean => state !== 'queued' && state !== 'running'
const ended = async (workbench: Handlers, id: number): Promise<TrainingInfo> => {
  const info = await until(workbench, id, rests)
  expect({ state: info.state, error: info.error }).toEqual({ state: 'done', error: null })
  return info
}
const hasEpochs =
  (count: number) =>
  ({ seeds }: TrainingInfo): boolean =>
    seeds.reduce((sum, { epochs }) => sum + epochs, 0) >= count

const labelled = (studentId: number, classIndex: number) =>
  ({ kind: 'label', studentId, classIndex, source: 'person' }) as const

const json = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>
const history = ({ outputFolder }: TrainingInfo, seed = 41): unknown =>
  json(outputFolder, `seed_${seed}`, 'training_history.json')
const thrown = async (work: unknown): Promise<string> =>
  Promise.resolve(work)
    .then(() => 'nothing was thrown')
    .catch((error: unknown) => toAppError(error).code)
const called = async (work: () => unknown): Promise<string> => thrown(Promise.resolve().then(work))

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
    const results = json(info.outputFolder, 'seed_41', 'results.json')
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
    expect(json(info.outputFolder, 'seed_41', 'results.json')).toMatchObject({
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
    const source = rowsOf(golden)
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

describe('pause and resume', () => {
  const long = order({ epochs: 400, learningRate: 1e-3 })

  test('after a restart a paused training ends with the numbers of one that never stopped', async () => {
    const short = order({ seeds: [41, 42], epochs: 12 })
    const whole = await projectOf()
    const { id } = await whole.handlers.training.enqueue(short, inCall)
    const expected = await ended(whole, id)

    const folder = temporaryFolder()
    const first = await projectOf(golden, { folder })
    await first.handlers.training.enqueue(short, inCall)
    await until(first, 1, hasEpochs(4))
    await first.handlers.training.pause({ trainingId: 1 }, inCall)
    const paused = await until(first, 1, rests)
    await first.close()

    const second = testWorkbench({ folder, client })
    await second.handlers.project.open({ folder: first.projectFolder }, inCall)
    expect(await until(second, 1, () => true)).toEqual({ ...paused, state: 'paused', msPerEpoch: null })
    await second.handlers.training.resume({ trainingId: 1 }, inCall)
    const resumed = await ended(second, 1)
    for (const seed of [41, 42]) expect(history(resumed, seed)).toEqual(history(expected, seed))
    expect(await second.handlers.training.curves({ trainingId: 1 }, inCall)).toEqual(
      await whole.handlers.training.curves({ trainingId: id }, inCall),
    )
    expect(resumed.summary?.test).toEqual(expected.summary?.test)
  })

  test('what was corrected meanwhile does not change what it goes on with', async () => {
    const workbench = await projectOf()
    const { training, scenes, edits } = workbench.handlers
    const { id } = await training.enqueue(long, inCall)
    const { outputFolder } = await until(workbench, id, hasEpochs(2))
    await training.pause({ trainingId: id }, inCall)
    const bytes = readFileSync(join(dirname(outputFolder), 'data', 'train.pkl'))
    const { rows } = await scenes.list({ query: '', runId: null, offset: 0, limit: 1 }, inCall)
    const { students } = await scenes.get({ sceneId: rows[0]!.id, runIds: [] }, inCall)
    const studentIds = students.map((student) => student.id)
    await edits.apply({ edits: studentIds.map((studentId) => labelled(studentId, 4)), annotator: 'Ada' }, inCall)
    await training.resume({ trainingId: id }, inCall)
    const before = (await until(workbench, id, ({ state }) => state === 'running')).seeds[0]!.epochs
    await until(workbench, id, hasEpochs(before + 2))
    expect(readFileSync(join(dirname(outputFolder), 'data', 'train.pkl')).equals(bytes)).toBe(true)
  })

  test('a compute process that dies fails the training, which then goes on', async () => {
    const other = createComputeClient({ fork: forkWithNode(computeEntry) })
    const folder = temporaryFolder()
    const workbench = await projectOf(golden, { folder, client: other })
    await workbench.handlers.training.enqueue(long, inCall)
    await until(workbench, 1, hasEpochs(2))
    await other.close()
    const failed = await until(workbench, 1, rests)
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'compute.closed' } })
    await workbench.close()
    const again = testWorkbench({ folder, client })
    await again.handlers.project.open({ folder: workbench.projectFolder }, inCall)
    await again.handlers.training.resume({ trainingId: 1 }, inCall)
    const { seeds, error } = await until(again, 1, hasEpochs(failed.seeds[0]!.epochs + 1))
    expect(error).toBeNull()
    expect(seeds[0]!.epochs).toBeGreaterThan(2)
  })

  test('closing the project pauses; nothing starts by itself when it opens again', async () => {
    const workbench = await projectOf()
    const { training, project } = workbench.handlers
    await training.enqueue(long, inCall)
    await training.enqueue(order({ name: 'second', epochs: 1 }), inCall)
    await until(workbench, 1, hasEpochs(1))
    await project.close({}, inCall)
    await project.open({ folder: workbench.projectFolder }, inCall)
    const states = async (): Promise<string[]> => {
      for await (const list of training.watch({}, inCall)) return list.map(({ state }) => state)
      return []
    }
    expect(await states()).toEqual(['paused', 'queued'])
    // Resuming what waits starts it; the paused one stays as it is.
    await training.resume({ trainingId: 2 }, inCall)
    await ended(workbench, 2)
    expect(await states()).toEqual(['paused', 'done'])
  })

  test('one at a time: the next begins when the one before it is paused, also from the list of jobs', async () => {
    const workbench = await projectOf()
    const { training, jobs } = workbench.handlers
    await training.enqueue(long, inCall)
    const second = await training.enqueue(order({ name: 'second', epochs: 1 }), inCall)
    expect(second.state).toBe('queued')
    await until(workbench, 1, hasEpochs(1))
    for await (const list of jobs.watch({}, inCall)) {
      await jobs.cancel({ jobId: list.find(({ kind }) => kind === 'train')!.id }, inCall)
      break
    }
    await ended(workbench, second.id)
    expect((await until(workbench, 1, rests)).state).toBe('paused')
  })
})

test('what a crash left of a removed training goes when the project opens', async () => {
  const workbench = await projectWorkbench({ client })
  const left = join(workbench.projectFolder, 'training', '7')
  mkdirSync(join(left, 'data'), { recursive: true })
  await workbench.handlers.project.close({}, inCall)
  await workbench.handlers.project.open({ folder: workbench.projectFolder }, inCall)
  expect(existsSync(left)).toBe(false)
})

describe('stop and keep the best', () => {
  test('a running training ends with what it has; seeds that never began are left out', async () => {
    const workbench = await projectOf()
    const { training } = workbench.handlers
    const { id } = await training.enqueue(order({ seeds: [41, 42, 43], epochs: 3000 }), inCall)
    await until(workbench, id, hasEpochs(3))
    await training.stop({ trainingId: id }, inCall)
    const info = await until(workbench, id, rests)
    expect({ state: info.state, error: info.error }).toEqual({ state: 'stopped', error: null })
    expect(info.seeds.map(({ ended: isOver }) => isOver)).toEqual([true, false, false])
    const { epochs, bestEpoch } = info.seeds[0]!
    const results = json(info.outputFolder, 'seed_41', 'results.json')
    expect(results).toMatchObject({ best_epoch: bestEpoch, lectern: { stopped_after_epoch: epochs } })
    expect(readdirSync(info.outputFolder).sort()).toEqual(['final_results.csv', 'final_results.json', 'seed_41'])
    for (const call of [training.pause, training.stop])
      expect(await called(() => call({ trainingId: id }, inCall))).toBe('training.over')
    expect(await called(() => training.resume({ trainingId: id }, inCall))).toBe('training.over')
  })

  test('a paused one tests what it learnt and learns no more', async () => {
    const workbench = await projectOf()
    const { training } = workbench.handlers
    const { id } = await training.enqueue(order({ epochs: 3000 }), inCall)
    await until(workbench, id, hasEpochs(2))
    await training.pause({ trainingId: id }, inCall)
    const { seeds } = await until(workbench, id, rests)
    await training.stop({ trainingId: id }, inCall)
    const info = await until(
      workbench,
      id,
      ({ state }) => state !== 'paused' && state !== 'queued' && state !== 'running',
    )
    expect(info.state).toBe('stopped')
    // An epoch that ended while it was being paused was kept, too.
    expect(info.seeds[0]!.epochs - seeds[0]!.epochs).toBeLessThanOrEqual(1)
    expect(info.summary?.seeds).toHaveLength(1)
  })

  test('what never began has nothing to keep', async () => {
    const workbench = await projectOf()
    const { training } = workbench.handlers
    await training.enqueue(order({ epochs: 3000 }), inCall)
    const waiting = await training.enqueue(order(), inCall)
    expect(await called(() => training.stop({ trainingId: waiting.id }, inCall))).toBe('training.nothing-to-keep')
    expect(await called(() => training.remove({ trainingId: 1 }, inCall))).toBe('training.running')
    expect(await called(() => training.pause({ trainingId: 9 }, inCall))).toBe('training.unknown')
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

describe('imported splits', () => {
  const inSplits = (workbench: TestWorkbench, splits: readonly (string | null)[]): void =>
    writeTo(workbench.projectFolder, (store: Store) => {
      for (const [index, sceneId] of allSceneIds(store).entries())
        updateScene(store, sceneId, { split: splits[index] ?? null, ...copied(index) })
    })
  // The first two scenes are one photo under two names.
  const copied = (index: number) => (index < 2 ? { contentHash: 'same' } : {})
  const data: ProjectData = { ...projectData, splits: 'imported' }

  test('one photo in two of them is told, and training goes on with it in results.json', async () => {
    const workbench = await projectOf()
    inSplits(workbench, ['train', 'val', 'train', 'test', null])
    const { training } = workbench.handlers
    const plan = await training.plan({ recipe: order().recipe, data, batchSize: 5 }, inCall)
    expect(plan).toMatchObject({ problem: null, leakage: { photos: 1, pairs: [{ splits: ['train', 'val'] }] } })
    expect(plan.omitted).toEqual([expect.objectContaining({ code: 'split-unknown' })])
    const info = await ended(workbench, (await training.enqueue(order({ data, epochs: 1 }), inCall)).id)
    expect(info.findings.map(({ code }) => code)).toContain('training.leakage')
    expect(json(info.outputFolder, 'seed_41', 'results.json')).toMatchObject({ lectern: { leakage: { photos: 1 } } })
  })

  test('a side without students is refused by name', async () => {
    const workbench = await projectOf()
    inSplits(workbench, ['train', 'train', 'train', 'val', null])
    const { problem } = await workbench.handlers.training.plan({ recipe: order().recipe, data, batchSize: 5 }, inCall)
    expect(problem).toMatchObject({ code: 'training.split-missing', details: { missing: ['test'] } })
  })

  test('made splits never tear the copies of one photo apart', async () => {
    const workbench = await projectOf()
    inSplits(workbench, [])
    for (const splitSeed of [1, 2, 3, 4, 5]) {
      const asked = { ...projectData, splitSeed }
      const plan = await workbench.handlers.training.plan({ recipe: order().recipe, data: asked, batchSize: 5 }, inCall)
      expect(plan.leakage).toBeNull()
    }
  })

  test('rooms stay together, and scenes without one are told', async () => {
    const workbench = await projectOf()
    writeTo(workbench.projectFolder, (store: Store) => {
      for (const [index, sceneId] of allSceneIds(store).entries())
        updateScene(store, sceneId, { room: ['A', 'A', 'B', 'B', null][index] ?? null })
    })
    const asked: ProjectData = { ...projectData, together: 'room' }
    const plan = await workbench.handlers.training.plan(
      { recipe: order().recipe, data: asked, batchSize: null },
      inCall,
    )
    expect(plan.findings.map(({ code }) => code)).toContain('training.group-unknown')
    expect(
      Object.values(plan.splits)
        .map(({ scenes }) => scenes)
        .sort(),
    ).toEqual([1, 2, 2])
  })
})

describe('a configuration', () => {
  test('of RAFNet is trained on the project, its own data left aside', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'mine.yaml')
    writeFileSync(
      file,
      `training: {num_epochs: 50, batch_size: 5, label_names: [a, b, c, d, e]}
optimizer: {name: adamw, lr: 0.01}
model: {name: gated_fusion_classifier, params: {hidden_dim: 8, modalities: [grouprec, convnext], input_dims: [32, 24]}}
`,
    )
    const workbench = await projectOf()
    const recipe: Order['recipe'] = { kind: 'config', config: file, root: folder }
    const { training } = workbench.handlers
    const queued = await training.enqueue(
      order({ recipe, name: null, batchSize: null, epochs: 2, seeds: null }),
      inCall,
    )
    const info = await ended(workbench, queued.id)
    expect(info).toMatchObject({ name: 'mine', epochs: 2, seeds: [{ seed: 43 }] })
    expect(info.findings.map(({ code }) => code)).toContain('training.labels-renamed')
    expect(await training.curves({ trainingId: info.id }, inCall)).toMatchObject([
      { records: [{ learningRate: 3e-3 }, { learningRate: 3e-3 }] },
    ])
  })

  test('may bring its own data, which are examined first', async () => {
    const folder = temporaryFolder()
    copyFileSync(golden, join(folder, 'all.pkl'))
    const dataset = '{name: multimodal_features, params: {features_path: all.pkl}}'
    writeFileSync(
      join(folder, 'own.yaml'),
      `training: {num_epochs: 1, batch_size: 10}
optimizer: {name: adamw, lr: 0.01}
model: {name: multimodal_classifier, params: {hidden_dim: 8, modalities: [convnext], input_dims: [24]}}
datasets: {train: ${dataset}, val: ${dataset}, test: ${dataset}}
`,
    )
    const workbench = await projectWorkbench({ client })
    const recipe: Order['recipe'] = { kind: 'config', config: 'own.yaml', root: folder }
    const { training } = workbench.handlers
    const plan = await training.plan({ recipe, data: { kind: 'config' }, batchSize: null }, inCall)
    expect(plan).toMatchObject({
      problem: null,
      leakage: { photos: 5 },
      splits: { train: { scenes: 5, students: 27 } },
    })
    const asked = order({ recipe, data: { kind: 'config' }, seeds: [1], batchSize: null, epochs: null })
    const info = await ended(workbench, (await training.enqueue(asked, inCall)).id)
    expect(json(info.outputFolder, 'seed_1', 'results.json')).toMatchObject({
      lectern: { label_state: 'as in the feature files', leakage: { photos: 5 } },
    })
    expect(await called(() => training.adopt({ trainingId: info.id, seeds: null }, inCall))).toBe(
      'inference.modality-missing',
    )
    expect(await workbench.handlers.models.list({}, inCall)).toEqual([])
  })
})

describe('what cannot be trained is told before hours are spent', () => {
  const problemOf = async (workbench: TestWorkbench, change: Partial<Order>): Promise<string | undefined> => {
    const { recipe, data, batchSize } = order(change)
    const { training } = workbench.handlers
    const { problem } = await training.plan({ recipe, data, batchSize }, inCall)
    expect(await called(() => training.enqueue(order(change), inCall))).toBe(problem?.code)
    return problem?.code
  }

  test('an unknown part, a missing modality, another width, a batch of one', async () => {
    const workbench = await projectOf()
    const of = (change: Partial<Order>) => problemOf(workbench, change)
    expect(await of({ recipe: head(['convnext'], 'lion_classifier') })).toBe('head.family-unknown')
    expect(await of({ recipe: head(['vit']) })).toBe('inference.modality-missing')
    expect(await of({ recipe: head(['convnext'], 'multimodal_classifier', true) })).toBe('training.spatial-unfit')
    expect(await of({ recipe: { kind: 'preset', preset: 'no_such' } })).toBe('training.preset-unknown')
    expect(await of({ data: { kind: 'config' } })).toBe('training.data-unnamed')
    expect(await of({ batchSize: 1 })).toBe('training.batch-of-one')
    const file = join(temporaryFolder(), 'wide.yaml')
    writeFileSync(
      file,
      'optimizer: {name: adamw}\nmodel: {name: multimodal_classifier, params: {modalities: [convnext], input_dims: [25]}}\n',
    )
    expect(await of({ recipe: { kind: 'config', config: file, root: '.' } })).toBe('inference.modality-width')
    const { data } = order()
    const nobody = { ...(data as ProjectData), onlyConfirmed: true }
    expect(await of({ data: nobody })).toBe('training.no-students')
  })

  test('students with NaN are left out and counted; one scene cannot be split', async () => {
    const change = (work: (dict: Map<PickleValue, PickleValue>) => void): string => {
      const dict = readPickleFile(golden) as Map<PickleValue, PickleValue>
      work(dict)
      return writePickleFile(join(temporaryFolder(), 'features.pkl'), dict)
    }
    const broken = change((dict) => {
      const values = Float32Array.from({ length: 27 * 24 }, (_, index) => (index === 24 * 4 ? Number.NaN : index % 7))
      dict.set('convnext', NdArray.of('float32', values, [27, 24]))
    })
    const workbench = await projectOf(broken)
    const plan = await workbench.handlers.training.plan(
      { recipe: order().recipe, data: projectData, batchSize: 5 },
      inCall,
    )
    expect(plan.omitted).toEqual([expect.objectContaining({ code: 'features-not-finite', count: 1 })])
    const queued = await workbench.handlers.training.enqueue(order({ epochs: 1, batchSize: 64 }), inCall)
    const { students, findings } = await ended(workbench, queued.id)
    expect(students!.train + students!.val + students!.test).toBe(26)
    expect(findings.map(({ code }) => code)).toContain('training.omitted-features-not-finite')

    const single = change((dict) => {
      const metadata = dict.get('metadata') as Map<PickleValue, PickleValue>
      metadata.set('img_paths', new Array<string>(27).fill('only.jpg'))
      metadata.set(
        'bbox_ids',
        Array.from({ length: 27 }, (_, row) => String(row)),
      )
    })
    expect(await problemOf(await projectOf(single), {})).toBe('training.one-scene')
  })
})
