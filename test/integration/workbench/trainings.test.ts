import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { TrainingInfo, TrainingOrder } from '#shared/contract/training.ts'
import { startCompute } from '../../support/compute.ts'
import { inCall, projectWorkbench, testWorkbench } from '../../support/workbench.ts'
import type { TestWorkbench } from '../../support/workbench.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden/features.pkl')
const client = startCompute()

/** A project of the golden students: 27 in scenes of 10, 9, 5, 2 and 1. */
async function goldenProject(folder?: string): Promise<TestWorkbench> {
  const workbench = await projectWorkbench({ client, ...(folder === undefined ? {} : { folder }) })
  const source = { file: golden, photoRoot: null, contextFile: null, split: null }
  await workbench.handlers.exchange.importFeatures(source, inCall)
  return workbench
}

type Order = TrainingInfo['order']
const order = (change: Partial<Order> = {}): Order => ({
  recipe: { kind: 'head', family: 'multimodal_classifier', modalities: ['convnext'], spatial: false, lossTuned: true },
  data: {
    kind: 'project',
    splits: 'made',
    together: 'scene',
    shares: { train: 0.6, val: 0.2, test: 0.2 },
    splitSeed: 41,
    onlyConfirmed: false,
  },
  name: 'tiny',
  seeds: [41],
  epochs: 3,
  batchSize: 6,
  learningRate: 3e-3,
  ...change,
})

async function until(
  { handlers }: Pick<TestWorkbench, 'handlers'>,
  trainingId: number,
  ready: (info: TrainingInfo) => boolean,
): Promise<TrainingInfo> {
  for await (const list of handlers.training.watch({}, inCall)) {
    const info = list.find(({ id }) => id === trainingId)
    if (info && ready(info)) return info
  }
  throw new Error('the queue is followed until the test ends')
}

test('a project is trained: plan, queue, curves, run folder', async () => {
  const workbench = await goldenProject()
  const { training } = workbench.handlers
  const plan = await training.plan({ recipe: order().recipe, data: order().data, batchSize: 6 }, inCall)
  expect(plan).toMatchObject({
    problem: null,
    leakage: null,
    family: 'multimodal_classifier',
    modalities: ['convnext'],
  })
  const queued = await training.enqueue(order(), inCall)
  const info = await until(workbench, queued.id, ({ state }) => state !== 'queued' && state !== 'running')
  expect({ state: info.state, error: info.error }).toEqual({ state: 'done', error: null })
  expect(info.seeds).toMatchObject([{ seed: 41, epochs: 3, ended: true }])
  const [curve] = await training.curves({ trainingId: info.id }, inCall)
  expect(curve!.records.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
  const results = JSON.parse(readFileSync(join(info.outputFolder, 'seed_41', 'results.json'), 'utf8')) as object
})
