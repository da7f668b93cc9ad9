import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { AppError } from '#shared/contract/app-error.ts'
import type { ComputeChild, ForkPort } from '#main/compute/launcher/compute-child.ts'
import { forkWithNode } from '#main/compute/launcher/fork-with-node.ts'
import type { ModelSource, PredictMessage, StudentBatchInput } from '#main/compute/protocol.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { collect, computeEntry, resultOf, startCompute, studentsOf, temporaryFolder } from '../../support/compute.ts'

const golden = resolve(import.meta.dirname, '../../fixtures/golden')
const spatialHead: ModelSource = {
  file: join(golden, 'c_spatial.pth'),
  config: join(golden, 'c_spatial.json'),
  chosen: {},
  hasBoxes: true,
}
const folder = temporaryFolder()
const plain = startCompute()
let table: FeatureTable

beforeAll(async () => {
  const file = join(golden, 'features.pkl')
  table = await resultOf(plain.features.read({ file, contextFile: null, outFolder: join(folder, 'golden') }))
})

/** `scenes` scenes of `size` students each, made of the golden students over and over. */
function crowd(scenes: number, size: number): StudentBatchInput {
  const rows = Uint32Array.from({ length: scenes * size }, (_, student) => student % table.rows)
  const boxes = table.context!.boxesNormalised!
  return {
    vectors: studentsOf(table).vectors.map((vectors) => ({ ...vectors, rows })),
    boxesNormalised: Float64Array.from({ length: rows.length * 4 }, (_, at) => boxes[rows[at >> 2]! * 4 + (at & 3)]!),
    sceneOffsets: Uint32Array.from({ length: scenes + 1 }, (_, scene) => scene * size),
  }
}

const small = () => plain.models.predict({ model: spatialHead, device: 'cpu', students: studentsOf(table) })

/** The real fork, with a hand on the process that runs now. */
function watched(): { readonly fork: ForkPort; children: ComputeChild[] } {
  const children: ComputeChild[] = []
  const start = forkWithNode(computeEntry)
  return {
    children,
    fork: () => {
      const child = start()
      children.push(child)
      return child
    },
  }
}

async function untilBatch(stream: AsyncIterator<PredictMessage>): Promise<void> {
  for (;;) {
    const next = await stream.next()
    if (next.done) throw new Error('the prediction ended before its first batch')
    if (next.value.kind === 'batch') return
  }
}

async function drain(stream: AsyncIterator<PredictMessage>): Promise<void> {
  while (!(await stream.next()).done);
}

describe('crash', () => {
  test('a process killed while it predicts fails the work in flight, and the next call works', async () => {
    const { fork: start, children } = watched()
    const crashes: AppError[] = []
    const compute = startCompute({ fork: start, onCrash: (error) => crashes.push(error) })
    const input = { model: spatialHead, device: 'cpu', students: crowd(400, 500) } as const
    const stream = compute.models.predict(input)[Symbol.asyncIterator]()
    await untilBatch(stream)
    const beside = compute.models.predict(input)[Symbol.asyncIterator]()
    const lost = [expect(drain(stream)), expect(drain(beside))]
    children[0]!.kill()
    for (const one of lost) {
      await one.rejects.toMatchObject({ code: 'compute.crashed', details: { signal: 'SIGKILL', exitCode: null } })
    }
    expect(crashes).toHaveLength(1)
    expect(crashes[0]!.message).toContain('SIGKILL')

    const again = await collect(compute.models.predict({ ...input, students: studentsOf(table) }))
    expect(again.logits).toHaveLength(table.rows)
    expect(children).toHaveLength(2)
  })

  test('an entry that is not there is a crash with its reason, not a hang', async () => {
    const compute = startCompute({ fork: forkWithNode(join(folder, 'no-such-entry.js')) })
    await expect(compute.models.describe(spatialHead)).rejects.toMatchObject({
      code: 'compute.crashed',
      details: { exitCode: 1, output: expect.stringContaining('no-such-entry.js') as string },
    })
  })
})

describe('cancel', () => {
  test('stops between two runs, in the same process', async () => {
    const { fork: start, children } = watched()
    const compute = startCompute({ fork: start })
    const controller = new AbortController()
    const input = { model: spatialHead, device: 'cpu', students: crowd(400, 500) } as const
    const stream = compute.models.predict(input, { signal: controller.signal })[Symbol.asyncIterator]()
    await untilBatch(stream)
    controller.abort()
    await expect(drain(stream)).rejects.toMatchObject({ code: 'job.cancelled' })
    await compute.models.describe(spatialHead)
    expect(children).toHaveLength(1)
  })

  test('work that does not stop in time ends with its process; other work is told so', async () => {
    const { fork: start, children } = watched()
    const compute = startCompute({ fork: start, graceMs: 1 })
    const controller = new AbortController()
    const input = { model: spatialHead, device: 'cpu', students: crowd(1, 7000) } as const
    const cancelled = compute.models.neighbours(input, { signal: controller.signal })
    const failed = expect(cancelled).rejects.toMatchObject({ code: 'job.cancelled' })
    const other = expect(compute.models.neighbours(input)).rejects.toMatchObject({ code: 'compute.stopped' })
    controller.abort()
    await failed
    await other
    expect((await compute.models.describe(spatialHead)).classes).toBe(5)
    expect(children).toHaveLength(2)
  })

  test('a call whose signal has aborted before starts nothing', async () => {
    const { fork: start, children } = watched()
    const compute = startCompute({ fork: start })
    await expect(compute.models.describe(spatialHead, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'job.cancelled',
    })
    expect(children).toHaveLength(0)
  })
})

describe('lifetime', () => {
  test('nothing is forked before the first call', () => {
    const { fork: start, children } = watched()
    startCompute({ fork: start })
    expect(children).toHaveLength(0)
  })

  test('closing ends the process and refuses later calls', async () => {
    const { fork: start, children } = watched()
    const compute = startCompute({ fork: start })
    const running = compute.models.neighbours({ model: spatialHead, device: 'cpu', students: crowd(1, 7000) })
    const failed = expect(running).rejects.toMatchObject({ code: 'compute.closed' })
    await vi.waitFor(() => expect(children).toHaveLength(1))
    const ended = new Promise((resolve) => children[0]!.onExit(resolve))
    await compute.close()
    await failed
    expect(await ended).toMatchObject({ signal: 'SIGKILL' })
    await expect(compute.models.describe(spatialHead)).rejects.toMatchObject({ code: 'compute.closed' })
  })

  test('the process ends by itself when its parent goes away, and survives Ctrl+C in the terminal', async () => {
    const child = fork(computeEntry, [], { serialization: 'advanced', execArgv: [] })
    const answered = once(child, 'message')
    child.send({ kind: 'start', id: 1, procedure: 'models.describe', input: spatialHead })
    await answered
    child.kill('SIGINT')
    const answeredAgain = once(child, 'message')
    child.send({ kind: 'start', id: 2, procedure: 'models.describe', input: spatialHead })
    await answeredAgain
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('without ONNX Runtime', () => {
  // Resolution of the runtime fails as on a platform that onnxruntime-node does not ship.
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (name === 'onnxruntime-node') throw new Error('no prebuilt library for this platform')
      return next(name, context)
    } })`
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]

  test('models are read and features imported; running one says what is missing', async () => {
    const compute = startCompute({ fork: forkWithNode(computeEntry, { execArgv }) })
    expect((await compute.models.describe(spatialHead)).family).toBe('context_graph_fusion_classifier')
    const stream = compute.models.predict({ model: spatialHead, device: 'cpu', students: studentsOf(table) })
    await expect(collect(stream)).rejects.toMatchObject({
      code: 'compute.runtime-missing',
      details: { reason: 'no prebuilt library for this platform' },
    })
  })
})

test('small predictions of many scenes share runs and say how long a student takes', async () => {
  const { start, msPerStudent, batches } = await collect(small())
  expect(start).toMatchObject({ kind: 'start', provider: 'cpu', reason: 'The CPU was asked for.' })
  expect(batches).toEqual([{ first: 0, count: table.rows }])
  expect(msPerStudent).toBeGreaterThan(0)
})
