import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { toAppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import type { ComputeClient } from '#main/compute/launcher/compute-client.ts'
import { inCall, projectWorkbench } from './workbench.ts'
import type { TestWorkbench } from './workbench.ts'

export const goldenFeatures = resolve(import.meta.dirname, '../fixtures/golden/features.pkl')

/** Projects of the golden students, 27 in scenes of 10, 9, 5, 2 and 1, or of another feature file. */
export const projectsOf =
  (client: ComputeClient) =>
  async (file = goldenFeatures, change: Partial<Parameters<typeof projectWorkbench>[0]> = {}) => {
    const workbench = await projectWorkbench({ client, ...change })
    const source = { file, photoRoot: null, contextFile: null, split: null }
    await workbench.handlers.exchange.importFeatures(source, inCall)
    return workbench
  }

export type Order = TrainingInfo['order']
export type ProjectData = Extract<Order['data'], { kind: 'project' }>

export const projectData: ProjectData = {
  kind: 'project',
  splits: 'made',
  together: 'scene',
  shares: { train: 0.6, val: 0.2, test: 0.2 },
  splitSeed: 41,
  onlyConfirmed: false,
}

export const head = (modalities: string[], family = 'multimodal_classifier', spatial = false): Order['recipe'] => ({
  kind: 'head',
  family,
  modalities,
  spatial,
  lossTuned: true,
})

/** A small head for a few steps. */
export const order = (change: Partial<Order> = {}): Order => ({
  recipe: head(['convnext']),
  data: projectData,
  name: 'tiny',
  seeds: [41],
  epochs: 3,
  batchSize: 5,
  learningRate: 3e-3,
  contrastive: null,
  mixupAlpha: null,
  ...change,
})

type Handlers = Pick<TestWorkbench, 'handlers'>

export async function until(
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

export const rests = ({ state }: TrainingInfo): boolean => state !== 'queued' && state !== 'running'

export async function ended(workbench: Handlers, id: number): Promise<TrainingInfo> {
  const info = await until(workbench, id, rests)
  expect({ state: info.state, error: info.error }).toEqual({ state: 'done', error: null })
  return info
}

export const hasEpochs =
  (count: number) =>
  ({ seeds }: TrainingInfo): boolean =>
    seeds.reduce((sum, { epochs }) => sum + epochs, 0) >= count

export const labelled = (studentId: number, classIndex: number) =>
  ({ kind: 'label', studentId, classIndex, source: 'person' }) as const

export const readJson = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>

/** The code of what a call throws. */
export const called = (work: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(work)
    .then(() => 'nothing was thrown')
    .catch((error: unknown) => toAppError(error).code)
