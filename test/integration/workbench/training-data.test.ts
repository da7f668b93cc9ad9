import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cancelled } from '#shared/contract/app-error.ts'
import type { Job } from '#shared/contract/jobs.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { TrainingPlan } from '#shared/contract/training.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { NdArray } from '#main/codecs/pickle/nd-array.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { allSceneIds, updateScene } from '#main/store/tables/scene.ts'
import type { Store } from '#main/store/store.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import { altered } from '../../support/altered-photo.ts'
import { startCompute } from '../../support/compute.ts'
import { writePickleFile } from '../../support/feature-pickles.ts'
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
  rests,
  until,
} from '../../support/queued-trainings.ts'
import type { Order, ProjectData } from '../../support/queued-trainings.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, projectWorkbench, writeTo } from '../../support/workbench.ts'
import type { TestWorkbench } from '../../support/workbench.ts'

const client = startCompute()
const projectOf = projectsOf(client)

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
    expect(readJson(info.outputFolder, 'seed_41', 'results.json')).toMatchObject({
      lectern: { leakage: { photos: 1 } },
    })
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

describe('photos that look alike', () => {
  const sample = resolve(import.meta.dirname, '../../../resources/sample/images')

  /** The golden students with photos: the first two scenes, of 10 and 9 students, show the same, saved differently. */
  async function withPhotos(compute: ComputeClient = client) {
    const photoRoot = join(temporaryFolder(), 'photos')
    mkdirSync(join(photoRoot, 'images'), { recursive: true })
    const put = (scene: number, bytes: Buffer): void =>
      writeFileSync(join(photoRoot, 'images', `scene_${scene}.jpg`), bytes)
    const original = join(sample, 'room-a-morning.jpg')
    put(1, readFileSync(original))
    put(2, await altered(original, { scale: 0.5, quality: 60 }))
    for (const [index, name] of ['room-b-exam', 'hall-c-lecture', 'room-d-evening'].entries())
      put(index + 3, readFileSync(join(sample, `${name}.jpg`)))
    const workbench = await projectWorkbench({ client: compute })
    const source = { file: goldenFeatures, photoRoot, contextFile: null, split: null }
    await workbench.handlers.exchange.importFeatures(source, inCall)
    return workbench
  }
  const seeds = [1, 2, 3, 4, 5, 6]
  const plans = (workbench: TestWorkbench, data: ProjectData = projectData): Promise<TrainingPlan[]> =>
    Promise.all(
      seeds.map(async (splitSeed) => {
        const asked = { recipe: order().recipe, data: { ...data, splitSeed }, batchSize: null }
        return workbench.handlers.training.plan(asked, inCall)
      }),
    )
  const mostStudents = ({ splits }: TrainingPlan): number =>
    Math.max(...Object.values(splits).map(({ students }) => students))

  test('are compared before a training, lie on one side of its split, and the plan says how many', async () => {
    const workbench = await withPhotos()
    const before = await plans(workbench)
    for (const { ties } of before) expect(ties).toEqual({ scenes: 0, groups: 0, notCompared: 5 })
    expect(Math.min(...before.map(mostStudents))).toBeLessThan(19)

    const { training } = workbench.handlers
    const { id } = await training.enqueue(order({ epochs: 1, batchSize: 64 }), inCall)
    const info = await ended(workbench, id)
    expect(info.findings.filter(({ code }) => code.startsWith('training.scenes'))).toEqual([
      expect.objectContaining({ code: 'training.scenes-tied', count: 2 }),
    ])
    expect(Math.max(...Object.values(info.students!))).toBeGreaterThanOrEqual(19)

    const after = await plans(workbench)
    for (const plan of after) {
      expect(plan.ties).toEqual({ scenes: 2, groups: 1, notCompared: 0 })
      expect(mostStudents(plan)).toBeGreaterThanOrEqual(19)
    }
  })

  test('are told where imported splits have them on two sides', async () => {
    const workbench = await withPhotos()
    await workbench.handlers.exchange.duplicates({}, inCall)
    const imported: ProjectData = { ...projectData, splits: 'imported' }
    const findingsOf = async (splits: readonly string[]): Promise<readonly Finding[]> => {
      writeTo(workbench.projectFolder, (store: Store) => {
        for (const [index, sceneId] of allSceneIds(store).entries())
          updateScene(store, sceneId, { split: splits[index]! })
      })
      const [plan] = await plans(workbench, imported)
      expect(plan).toMatchObject({ problem: null, leakage: null, ties: null })
      return plan!.findings.filter(({ code }) => code === 'training.near-duplicates')
    }
    expect(await findingsOf(['train', 'test', 'train', 'val', 'val'])).toEqual([
      expect.objectContaining({
        severity: 'warning',
        count: 2,
        examples: ['images/scene_1.jpg', 'images/scene_2.jpg'],
      }),
    ])
    expect(await findingsOf(['train', 'train', 'test', 'val', 'val'])).toEqual([])
  })

  test('baselines stand on the same split', async () => {
    const workbench = await withPhotos()
    const { training } = workbench.handlers
    const request = { data: projectData, config: null, root: null, names: ['logistic_convnext'], seed: 41, out: null }
    const starts: TrainingPlan[] = []
    for await (const message of training.baselines(request, inCall)) {
      if (message.kind === 'start') starts.push(message.plan)
    }
    expect(starts).toMatchObject([{ ties: { scenes: 2, groups: 1, notCompared: 0 } }])
    expect(mostStudents(starts[0]!)).toBeGreaterThanOrEqual(19)
  })

  /** A compute process whose comparison never comes to its end. */
  const endless: ComputeClient = {
    ...client,
    photos: {
      ...client.photos,
      look: (_input, options) => ({
        [Symbol.asyncIterator]: () => ({
          next: () =>
            new Promise((_resolve, reject) => {
              options?.signal?.addEventListener('abort', () => reject(cancelled()))
            }),
        }),
      }),
    },
  }
  const comparing = async ({ handlers }: TestWorkbench): Promise<Job> => {
    for await (const list of handlers.jobs.watch({}, inCall)) {
      const job = list.find(({ kind, state }) => kind === 'compare' && state === 'running')
      if (job) return job
    }
    throw new Error('the jobs are followed until the test ends')
  }

  test('a comparison that somebody stops does not stop the training, which says what was not compared', async () => {
    const workbench = await withPhotos(endless)
    const { training, jobs } = workbench.handlers
    const { id } = await training.enqueue(order({ epochs: 1, batchSize: 64 }), inCall)
    await jobs.cancel({ jobId: (await comparing(workbench)).id }, inCall)
    const { findings } = await ended(workbench, id)
    expect(findings.filter(({ code }) => code.startsWith('training.scenes'))).toEqual([
      expect.objectContaining({ code: 'training.scenes-not-compared', severity: 'warning', count: 5 }),
    ])
  })

  test('a training can be paused while they are compared', async () => {
    const workbench = await withPhotos(endless)
    const { training } = workbench.handlers
    const { id } = await training.enqueue(order({ epochs: 1, batchSize: 64 }), inCall)
    await comparing(workbench)
    await training.pause({ trainingId: id }, inCall)
    expect(await until(workbench, id, rests)).toMatchObject({ state: 'paused', error: null })
    expect((await comparing(workbench)).state).toBe('running')
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
    copyFileSync(goldenFeatures, join(folder, 'all.pkl'))
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
    expect(readJson(info.outputFolder, 'seed_1', 'results.json')).toMatchObject({
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

  const change = (work: (dict: Map<PickleValue, PickleValue>) => void): string => {
    const dict = readPickleFile(goldenFeatures) as Map<PickleValue, PickleValue>
    work(dict)
    return writePickleFile(join(temporaryFolder(), 'features.pkl'), dict)
  }
  /** The golden students, cycling through so many classes. */
  const ofClasses = (classes: number): string =>
    change((dict) => {
      const labels = BigInt64Array.from({ length: 27 }, (_, row) => BigInt(row % classes))
      dict.set('labels', NdArray.of('int64', labels, [27]))
    })
  /** Nobody in val uses a phone: alone there, and named. */
  const withoutPhones = {
    severity: 'warning',
    count: 1,
    examples: ['Using Phone'],
    message: expect.stringContaining('never occur in val: Using Phone') as string,
  }

  test('val alone without a class: the plan names it, and the training goes on', async () => {
    const workbench = await projectOf(ofClasses(5))
    const { training, scenes, edits } = workbench.handlers
    // Scenes of 10 and 9 students have every class; the others lose the last one by hand.
    const splits = ['train', 'test', 'val', 'val', 'val']
    writeTo(workbench.projectFolder, (store: Store) => {
      for (const [index, sceneId] of allSceneIds(store).entries())
        updateScene(store, sceneId, { split: splits[index]! })
    })
    const { rows } = await scenes.list({ query: '', runId: null, offset: 0, limit: 10 }, inCall)
    for (const { id } of rows.slice(2)) {
      const { students } = await scenes.get({ sceneId: id, runIds: [] }, inCall)
      const corrections = students.map((student, place) => labelled(student.id, place % 4))
      await edits.apply({ edits: corrections, annotator: 'Ada' }, inCall)
    }
    const data: ProjectData = { ...projectData, splits: 'imported' }
    const plan = await training.plan({ recipe: order().recipe, data, batchSize: 5 }, inCall)
    expect(plan.problem).toBeNull()
    expect(plan.splits.val.classCounts[4]).toBe(0)
    for (const side of ['train', 'test'] as const) expect(Math.min(...plan.splits[side].classCounts)).toBeGreaterThan(0)
    const absent = (findings: readonly Finding[]) => findings.filter(({ code }) => code === 'training.class-absent')
    expect(absent(plan.findings)).toEqual([expect.objectContaining(withoutPhones)])
    const { findings } = await ended(workbench, (await training.enqueue(order({ data, epochs: 1 }), inCall)).id)
    expect(absent(findings)).toEqual([expect.objectContaining(withoutPhones)])
  })

  test('pickles whose val alone is without a class are told before they are trained on', async () => {
    const { handlers } = await projectWorkbench({ client })
    const [whole, lacking] = [ofClasses(5), ofClasses(4)]
    const data: Order['data'] = { kind: 'files', train: whole, val: lacking, test: whole }
    const { findings, problem } = await handlers.training.plan({ recipe: order().recipe, data, batchSize: 5 }, inCall)
    expect(problem).toBeNull()
    const absent = findings.filter(({ code }) => code === 'training.class-absent')
    expect(absent).toEqual([expect.objectContaining(withoutPhones)])
  })

  const withNaN = () =>
    change((dict) => {
      const values = Float32Array.from({ length: 27 * 24 }, (_, index) => (index === 24 * 4 ? Number.NaN : index % 7))
      dict.set('convnext', NdArray.of('float32', values, [27, 24]))
    })

  test('pickles with NaN are refused in the plan, not when their turn in the queue comes', async () => {
    const { handlers } = await projectWorkbench({ client })
    const [whole, broken] = [ofClasses(5), withNaN()]
    const data: Order['data'] = { kind: 'files', train: whole, val: whole, test: broken }
    const { problem } = await handlers.training.plan({ recipe: order().recipe, data, batchSize: 5 }, inCall)
    expect(problem).toMatchObject({
      code: 'training.features-not-finite',
      details: { file: broken, modality: 'convnext', row: 4, rows: 1 },
    })
    await expect(handlers.training.enqueue(order({ data }), inCall)).rejects.toMatchObject({ code: problem!.code })
  })

  test('students with NaN are left out and counted; one scene cannot be split', async () => {
    const broken = withNaN()
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
