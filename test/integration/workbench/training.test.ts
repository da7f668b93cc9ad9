import { expect, test } from 'vitest'
import type { TrainingMessage } from '#shared/contract/training.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import { fakeCompute } from '../../support/fake-compute.ts'
import { inCall, testWorkbench } from '../../support/workbench.ts'

const start: TrainingMessage = {
  kind: 'start',
  model: 'tiny',
  family: 'multimodal_classifier',
  outputFolder: 'out',
  seeds: [1, 2],
  epochs: 1,
  students: { train: 3, val: 3, test: 3 },
  classWeights: [1, 1],
  findings: [],
  leakage: null,
}
const figures = { loss: 1, macroF1: 1, macroF1NoNull: 1, accuracy: 1, accuracyNoNull: 1 }
const epoch = (seed: number): TrainingMessage => ({
  kind: 'epoch',
  seed,
  record: { epoch: 1, learningRate: 1e-3, train: { loss: 1, accuracy: 1 }, val: figures },
  isBest: true,
  elapsedMs: 1,
})
const seedEnd = (seed: number): TrainingMessage => ({
  kind: 'seed-end',
  summary: { seed, bestEpoch: 1, bestValMacroF1NoNull: 1, test: figures, reused: false },
})

type Run = ComputeClient['training']['run']

/** A workbench whose compute process trains as `run` says. */
function trainingWorkbench(run: Run) {
  const { client } = fakeCompute()
  return testWorkbench({ client: { ...client, training: { ...client.training, run } } })
}

const input = { config: '/data/tiny.yaml', root: '/data', seeds: null, outputFolder: null, resume: false }
type JobsOf = ReturnType<typeof testWorkbench>
async function firstJob({ handlers }: JobsOf) {
  for await (const jobs of handlers.jobs.watch({}, inCall)) return jobs[0]!
  throw new Error('jobs are told at once')
}

test('what the compute process says arrives in order, and a job shows the epochs of all seeds', async () => {
  const told = [start, epoch(1), seedEnd(1), epoch(2), seedEnd(2)]
  const requests: Parameters<Run>[0][] = []
  const workbench = trainingWorkbench(async function* (request) {
    requests.push(request)
    for (const message of told) yield await Promise.resolve(message)
  })
  const messages: TrainingMessage[] = []
  for await (const message of workbench.handlers.training.run(input, inCall)) messages.push(message)
  expect(messages).toEqual(told)
  expect(requests[0]).toMatchObject({ ...input, appVersion: '0.1.0-test' })
  expect(await firstJob(workbench)).toMatchObject({
    kind: 'train',
    subject: 'tiny.yaml',
    state: 'done',
    done: 2,
    total: 2,
  })
})

test('a training that fails after some messages gives them first, then its error', async () => {
  const workbench = trainingWorkbench(async function* () {
    yield await Promise.resolve(start)
    throw new Error('the disk is gone')
  })
  const messages: TrainingMessage[] = []
  const follow = async (): Promise<void> => {
    for await (const message of workbench.handlers.training.run(input, inCall)) messages.push(message)
  }
  await expect(follow()).rejects.toThrow('the disk is gone')
  expect(messages).toEqual([start])
  expect(await firstJob(workbench)).toMatchObject({ state: 'failed' })
})

test('cancelling the job reaches the compute process', async () => {
  const workbench = trainingWorkbench(async function* (_request, options) {
    yield start
    await new Promise((_resolve, reject) => {
      options!.signal!.addEventListener('abort', () => reject(options!.signal!.reason as Error))
    })
  })
  const follow = async (): Promise<void> => {
    for await (const { kind } of workbench.handlers.training.run(input, inCall)) {
      if (kind === 'start') await workbench.handlers.jobs.cancel({ jobId: (await firstJob(workbench)).id }, inCall)
    }
  }
  await expect(follow()).rejects.toMatchObject({ code: 'job.cancelled' })
  expect(await firstJob(workbench)).toMatchObject({ state: 'cancelled' })
})
