import { appendFileSync, readFileSync, readdirSync, truncateSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExtractionMessage } from '#main/compute/protocol.ts'
import { listFailures, type LoggedFailure } from '#main/workbench/extraction/failure-log.ts'
import type { ComputeClient } from '#main/workbench/workbench-context.ts'
import { startCompute } from '../../support/compute.ts'
import { extractionBench } from '../../support/extraction-bench.ts'
import { readVectors } from '../../support/vectors.ts'
import { inCall, writeTo } from '../../support/workbench.ts'

const client = startCompute()
const modalities = ['convnext', 'grouprec'] as const
const photos = ['room-a-afternoon.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg']

type Asked = Parameters<ComputeClient['extraction']['run']>[0]
type SceneMessage = Extract<ExtractionMessage, { kind: 'scene' }>

/** The same compute process; what it is asked is listed, and each scene's vectors may be dealt with before they arrive. */
function listening(onScene: (message: SceneMessage) => Promise<void> | void = () => undefined) {
  const asked: Asked[] = []
  const compute: ComputeClient = {
    ...client,
    extraction: {
      ...client.extraction,
      run: async function* (input, options) {
        asked.push(input)
        for await (const message of client.extraction.run(input, options)) {
          // What compute sent before it heard of a cancellation.
          options?.signal?.throwIfAborted()
          if (message.kind === 'scene') await onScene(message)
          yield message
        }
      },
    },
  }
  /** Photo and number of students for each network, of every photo that compute was to read. */
  const shown = () =>
    asked.flatMap(({ scenes }) =>
      scenes.map(({ file, boxes }) => [basename(file), ...boxes.map(({ length }) => length / 4)]),
    )
  return { compute, asked, shown }
}

async function twoNetworks(compute: ComputeClient) {
  const bench = await extractionBench(compute)
  const weights = { appearance: await bench.add(bench.convnext(1)), relation: await bench.add(bench.grouprec) }
  const vectors = () => modalities.map((name) => readVectors(bench.projectFolder, name).byName)
  const failures = (): LoggedFailure[] => {
    let found: LoggedFailure[] = []
    writeTo(bench.projectFolder, (store) => (found = listFailures(store)))
    return found
  }
  return { ...bench, weights, vectors, failures }
}

describe('both vectors of a project', () => {
  test('are made in one walk over the photos, and are those of two walks', async () => {
    const { compute, asked, shown } = listening()
    const bench = await twoNetworks(compute)
    const summary = await bench.extract(bench.weights)
    expect(summary.embeds).toMatchObject([
      { modality: 'convnext', scenes: 3, students: 15, failed: [] },
      { modality: 'grouprec', scenes: 3, students: 15, failed: [] },
    ])
    for (const { msPerStudent } of summary.embeds) expect(msPerStudent).toBeGreaterThan(0)
    expect(asked).toHaveLength(1)
    expect(shown()).toEqual([
      [photos[0], 6, 6],
      [photos[1], 4, 4],
      [photos[2], 5, 5],
    ])
    const twice = await twoNetworks(client)
    await twice.embed(twice.weights.appearance)
    await twice.embed(twice.weights.relation)
    expect(bench.vectors()).toEqual(twice.vectors())
  })

  test('tell how far they are as one step over all scenes', async () => {
    const bench = await twoNetworks(client)
    const watching = new AbortController()
    const told: string[] = []
    const watched = (async () => {
      for await (const [job] of bench.handlers.jobs.watch({}, { signal: watching.signal })) {
        if (job?.kind === 'extract') told.push(`${job.phase ?? ''} of ${job.total ?? '?'}`)
        if (job?.kind === 'extract' && job.state === 'done') return job
      }
      return null
    })()
    await bench.extract(bench.weights)
    expect(await watched).toMatchObject({ phase: 'vectors', done: 3, total: 3 })
    expect(told.filter((one) => /appearance|relation/.test(one))).toEqual([])
    watching.abort()
  })

  test('of which some are there cost only what is missing, photo by photo', async () => {
    const { compute, asked, shown } = listening()
    const bench = await twoNetworks(compute)
    await bench.embed(bench.weights.appearance)
    const moved = bench.studentsOf(1)[0]!
    const box = { x1: 300, y1: 150, x2: 380, y2: 320 }
    await bench.handlers.edits.apply({ edits: [{ kind: 'box', studentId: moved.id, box }], annotator: 'Ada' }, inCall)
    asked.length = 0
    const summary = await bench.extract(bench.weights)
    expect(shown()).toEqual([
      [photos[0], 0, 6],
      [photos[1], 1, 4],
      [photos[2], 0, 5],
    ])
    expect(summary.embeds.map(({ scenes, skipped, students }) => [scenes, skipped, students])).toEqual([
      [1, 2, 1],
      [3, 0, 15],
    ])
    // Vectors of one network alone are still made and renewed alone.
    await bench.handlers.edits.apply(
      { edits: [{ kind: 'box', studentId: moved.id, box: { ...box, x2: 390 } }], annotator: 'Ada' },
      inCall,
    )
    asked.length = 0
    expect(await bench.embed(bench.weights.relation)).toMatchObject({ scenes: 1, students: 4, skipped: 2 })
    expect(shown()).toEqual([[photos[1], 4]])
  })

  test('survive a cancellation of whole scenes, and go on where they stopped', async () => {
    const stop = new AbortController()
    const first = listening(() => stop.abort())
    const [whole, halved] = [await twoNetworks(client), await twoNetworks(first.compute)]
    await whole.extract(whole.weights)
    await expect(halved.extract(halved.weights, stop.signal)).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(halved.vectors().map(({ size }) => size)).toEqual([6, 6])
    // What a crash between the file and the database leaves behind: bytes that no row points at.
    for (const name of readdirSync(join(halved.projectFolder, 'features'))) {
      appendFileSync(join(halved.projectFolder, 'features', name), 'half a vector')
    }
    first.asked.length = 0
    const { embeds } = await halved.extract(halved.weights)
    expect(embeds.map(({ students }) => students)).toEqual([9, 9])
    expect(first.shown()).toEqual([
      [photos[1], 4, 4],
      [photos[2], 5, 5],
    ])
    expect(halved.vectors().map((one) => new Map([...one].sort()))).toEqual(
      whole.vectors().map((one) => new Map([...one].sort())),
    )
  })

  test('of a scene that somebody edits meanwhile are made anew, those that the edit left alone are kept', async () => {
    const edit = (studentId: number) => ({
      edits: [{ kind: 'box' as const, studentId, box: { x1: 300, y1: 150, x2: 380, y2: 320 } }],
      annotator: 'Ada',
    })
    let apply = async (): Promise<void> => Promise.resolve()
    const { compute, asked, shown } = listening(async ({ index }) => {
      if (index === 1 && asked.length === 1) await apply()
    })
    const bench = await twoNetworks(compute)
    // Somebody moves the second photo's last student, whose appearance vector is there already.
    await bench.embed(bench.weights.appearance, { sceneIds: [bench.sceneIds[1]!] })
    asked.length = 0
    apply = async () => void (await bench.handlers.edits.apply(edit(bench.studentsOf(1)[3]!.id), inCall))
    const { embeds } = await bench.extract(bench.weights)
    expect(shown()).toEqual([
      [photos[0], 6, 6],
      [photos[1], 0, 4],
      [photos[2], 5, 5],
      [photos[1], 1, 4],
    ])
    expect(embeds.map(({ scenes, students }) => [scenes, students])).toEqual([
      [3, 12],
      [3, 15],
    ])
    const fresh = await twoNetworks(client)
    await fresh.handlers.edits.apply(edit(fresh.studentsOf(1)[3]!.id), inCall)
    await fresh.extract(fresh.weights)
    expect(bench.vectors().map(({ size }) => size)).toEqual([15, 15])
    const relations = [bench, fresh].map((one) => new Map([...one.vectors()[1]!].sort()))
    expect(relations[0]).toEqual(relations[1])
  })
})

describe('a photo that cannot be read', () => {
  test('fails once for both vectors, and is taken off the log of each when it is made', async () => {
    const { compute, shown } = listening()
    const bench = await twoNetworks(compute)
    const file = join(bench.photoRoot, photos[1]!)
    const bytes = readFileSync(file)
    truncateSync(file, 5000)
    const { embeds } = await bench.extract(bench.weights)
    expect(shown().filter(([name]) => name === photos[1])).toHaveLength(1)
    expect(embeds.map(({ scenes, failed }) => [scenes, failed.map(({ scene }) => scene)])).toEqual([
      [2, [photos[1]]],
      [2, [photos[1]]],
    ])
    expect(bench.failures()).toMatchObject([{ steps: modalities, scene: photos[1], code: 'photo.unreadable' }])
    bench.put(`photos/${photos[1]}`, bytes)
    await bench.embed(bench.weights.appearance)
    expect(bench.failures()).toMatchObject([{ steps: ['grouprec'], scene: photos[1] }])
    await bench.extract(bench.weights)
    expect(bench.failures()).toEqual([])
    expect(bench.vectors().map(({ size }) => size)).toEqual([15, 15])
  })

  test('fails only the vectors that it lacks', async () => {
    const bench = await twoNetworks(client)
    await bench.embed(bench.weights.appearance)
    truncateSync(join(bench.photoRoot, photos[1]!), 5000)
    const { embeds } = await bench.extract(bench.weights)
    expect(embeds.map(({ failed }) => failed.length)).toEqual([0, 1])
    expect(bench.failures()).toMatchObject([{ steps: ['grouprec'], scene: photos[1] }])
  })
})
