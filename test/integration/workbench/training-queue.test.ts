import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TrainingInfo } from '#shared/contract/training.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import { computeEntry, startCompute } from '../../support/compute.ts'
import {
  called,
  ended,
  goldenFeatures,
  hasEpochs,
  labelled,
  order,
  projectsOf,
  readJson,
  rests,
  until,
} from '../../support/queued-trainings.ts'
import { temporaryFolder } from '../../support/store.ts'
import { inCall, projectWorkbench, testWorkbench } from '../../support/workbench.ts'

const client = startCompute()
const projectOf = projectsOf(client)
const history = ({ outputFolder }: TrainingInfo, seed = 41): unknown =>
  readJson(outputFolder, `seed_${seed}`, 'training_history.json')

describe('pause and resume', () => {
  const long = order({ epochs: 400, learningRate: 1e-3 })

  test('after a restart a paused training ends with the numbers of one that never stopped', async () => {
    const short = order({ seeds: [41, 42], epochs: 12 })
    const whole = await projectOf()
    const { id } = await whole.handlers.training.enqueue(short, inCall)
    const expected = await ended(whole, id)

    const folder = temporaryFolder()
    const first = await projectOf(goldenFeatures, { folder })
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
    const workbench = await projectOf(goldenFeatures, { folder, client: other })
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
    const results = readJson(info.outputFolder, 'seed_41', 'results.json')
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
