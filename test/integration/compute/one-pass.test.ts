import { copyFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { extract } from '#main/compute/extraction/extract.ts'
import type { ExtractionInput } from '#main/compute/extraction/extraction-contract.ts'
import { createWeightsLoader } from '#main/compute/extraction/weights-loader.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import type { NetworkVectors } from '#main/compute/protocol.ts'
import { createProviders } from '#main/compute/sessions/providers.ts'
import { createSessionPool } from '#main/compute/sessions/session-pool.ts'
import { refusal } from '../../support/bad-input.ts'
import { computeEntry, startCompute, temporaryFolder } from '../../support/compute.ts'
import { boxesInRow } from '../../support/extraction-bench.ts'
import { convNextCheckpoint, groupRelationCheckpoint, widths } from '../../support/extraction-weights.ts'

const folder = temporaryFolder()
const sample = resolve(import.meta.dirname, '../../../resources/sample/images')
const put = (name: string, content: Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const photos = ['room-a-afternoon.jpg', 'room-a-morning.jpg', 'room-b-exam.jpg'].map((name) => {
  copyFileSync(join(sample, name), join(folder, name))
  return join(folder, name)
})
const appearance = { weights: { file: put('convnext.pth', convNextCheckpoint(1)) }, precision: 'float32' as const }
const relation = { weights: { file: put('grouprec.pkl', groupRelationCheckpoint()) }, precision: 'float32' as const }

const corners = (...boxes: readonly (readonly number[])[]): Float64Array => Float64Array.from(boxes.flat())
const row = (students: number): Float64Array =>
  corners(...boxesInRow(students).map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]))
const nobody = new Float64Array(0)

type Networks = ExtractionInput['networks']
type Scenes = ExtractionInput['scenes']

/** The extraction of the compute process in this one, with its own decoder, whose calls are counted. */
const providers = createProviders(computeEntry)
const parts = { weights: createWeightsLoader(), providers, sessions: createSessionPool(providers) }
function countedExtraction(networks: Networks, scenes: Scenes, signal = new AbortController().signal) {
  const decoded: string[] = []
  const decode = (file: string) => {
    decoded.push(basename(file))
    return photoPixels(file)
  }
  const messages = extract({ ...parts, decode }, { networks, scenes, device: 'cpu', batch: 2 }, signal)
  return { decoded, messages }
}

async function answersOf(networks: Networks, scenes: Scenes): Promise<(readonly NetworkVectors[])[]> {
  const messages = await Array.fromAsync(countedExtraction(networks, scenes).messages)
  return messages.flatMap((message) => (message.kind === 'scene' ? [message.answers] : []))
}

describe('photos of a pass', () => {
  const scenes = photos.map((file, index) => ({ file, boxes: [row(3 + index), row(3 + index)] }))

  test('are decoded once for both networks, and no more than one ahead of its turn', async () => {
    const { decoded, messages } = countedExtraction([appearance, relation], scenes)
    const seen: string[] = []
    for await (const message of messages) {
      seen.push(message.kind)
      if (message.kind === 'scene') expect(decoded.length).toBeLessThanOrEqual(message.index + 2)
    }
    expect(seen).toEqual(['start', 'scene', 'scene', 'scene', 'end'])
    expect(decoded).toEqual(photos.map((file) => basename(file)))
  })

  test('that cannot be read are tried once and fail once; the others get both kinds of vectors', async () => {
    const cut = join(folder, 'cut.jpg')
    copyFileSync(photos[0]!, cut)
    truncateSync(cut, 5000)
    const files = [join(folder, 'gone.jpg'), photos[0]!, cut, photos[1]!]
    const bad = files.map((file) => ({ file, boxes: [row(2), row(2)] }))
    const { decoded, messages } = countedExtraction([appearance, relation], bad)
    const told = (await Array.fromAsync(messages)).flatMap((message) =>
      message.kind === 'failed'
        ? [[message.index, message.error.code]]
        : message.kind === 'scene'
          ? [[message.index, message.answers.length]]
          : [],
    )
    expect(told).toEqual([
      [0, 'photo.unreadable'],
      [1, 2],
      [2, 'photo.unreadable'],
      [3, 2],
    ])
    expect(decoded).toEqual(files.map((file) => basename(file)))
  })

  test('are decoded once also where a coarser precision is compared on them first', async () => {
    const first = { file: join(folder, 'gone.jpg'), boxes: [row(2), row(2)] }
    const networks = [{ ...appearance, precision: 'int8' as const }, relation]
    const { decoded, messages } = countedExtraction(networks, [first, ...scenes])
    const [start, ...rest] = await Array.fromAsync(messages)
    expect(start).toMatchObject({ networks: [{ cosine: { crops: 3 } }, { cosine: null }] })
    expect(rest.map(({ kind }) => kind)).toEqual(['failed', 'scene', 'scene', 'scene', 'end'])
    expect(decoded).toEqual(['gone.jpg', ...photos.map((file) => basename(file))])
  })
})

describe('vectors of a pass', () => {
  test('are those of each network alone, bit for bit, whoever is shown to which', async () => {
    const both = [
      [row(5), row(5)],
      [row(1), row(4)],
      [nobody, row(6)],
    ]
    const scenesOf = (place: number): Scenes =>
      photos.map((file, index) => ({ file, name: `${index}`, boxes: [both[index]![place]!] }))
    const together = await answersOf(
      [appearance, relation],
      photos.map((file, index) => ({ file, name: `${index}`, boxes: both[index]! })),
    )
    for (const [place, network] of [appearance, relation].entries()) {
      const alone = await answersOf([network], scenesOf(place))
      for (const [index, [answer]] of alone.entries()) {
        const { elapsedMs, ...vectors } = together[index]![place]!
        expect(elapsedMs).toBeGreaterThanOrEqual(0)
        expect(vectors).toEqual({ vectors: answer!.vectors, withoutArea: answer!.withoutArea })
      }
    }
    expect(together[2]![0]!.vectors).toHaveLength(0)
  })

  test.each([0, 1, 4, 120])('of %i students', async (students) => {
    const boxes = Float64Array.from({ length: students * 4 }, (_, at) => {
      const student = Math.floor(at / 4)
      const [x, y] = [(student % 20) * 40, Math.floor(student / 20) * 70]
      return [x, y, x + 36, y + 60][at % 4]!
    })
    const [answers] = await answersOf([appearance, relation], [{ file: photos[0]!, boxes: [boxes, boxes] }])
    expect(answers!.map(({ vectors }) => vectors.length)).toEqual([
      students * widths.convnext,
      students * widths.grouprec,
    ])
    expect(answers!.every(({ vectors }) => vectors.every(Number.isFinite))).toBe(true)
    expect(answers!.map(({ withoutArea }) => [...new Set(withoutArea)])).toEqual(students === 0 ? [[], []] : [[0], [0]])
  })

  test('of odd boxes: each network says which of them have no area to it, and neighbours keep theirs', async () => {
    const odd = corners(
      [300, 200, 300, 200],
      [200, 200, 100, 300],
      [380, 300, 300, 200],
      [-80, -60, 40, 90],
      [5000, 5000, 5100, 5100],
      [60, 200, 130, 340],
    )
    const [answers] = await answersOf([appearance, relation], [{ file: photos[0]!, boxes: [odd, odd] }])
    // ConvNeXt gets zeros of an inverted box; GroupRec's crop takes one as it is while its size is positive.
    expect(answers!.map(({ withoutArea }) => [...withoutArea])).toEqual([
      [1, 1, 1, 0, 1, 0],
      [1, 0, 1, 0, 0, 0],
    ])
    const [plain] = await answersOf([appearance], [{ file: photos[0]!, boxes: [odd.subarray(20)] }])
    const last = answers![0]!.vectors.subarray(5 * widths.convnext)
    for (const [at, value] of plain![0]!.vectors.entries()) expect(last[at]).toBeCloseTo(value, 5)
  })
})

describe('a pass', () => {
  test('stops wherever in its first scene it is cancelled: between weights, batches and networks', async () => {
    // Two files of weights, the scene, and three batches of two students for each network.
    const pauses = 2 + 1 + 3 + 3
    for (let last = 1; last <= pauses; last += 1) {
      const stop = new AbortController()
      let reached = 0
      const throwIfAborted = (): void => {
        reached += 1
        if (reached === last) stop.abort()
        AbortSignal.prototype.throwIfAborted.call(stop.signal)
      }
      const signal = Object.assign(stop.signal, { throwIfAborted })
      const scenes = photos.map((file) => ({ file, boxes: [row(6), row(6)] }))
      const { messages } = countedExtraction([appearance, relation], scenes, signal)
      const seen: string[] = []
      const whole = (async () => {
        for await (const { kind } of messages) seen.push(kind)
      })()
      await expect(whole).rejects.toThrow(/abort/)
      expect([last, reached, seen]).toEqual([last, last, last <= 2 ? [] : ['start']])
    }
  })

  test('names the weights that cannot be used before any photo is decoded', async () => {
    const broken = {
      weights: { file: put('broken.pth', convNextCheckpoint(1).subarray(0, 3000)) },
      precision: 'float32',
    }
    const { decoded, messages } = countedExtraction(
      [appearance, broken as Networks[number]],
      [{ file: photos[0]!, boxes: [row(1), row(1)] }],
    )
    expect((await refusal(Array.fromAsync(messages))).message).toContain('broken.pth')
    expect(decoded).toEqual([])
  })

  describe('asked of the compute process', () => {
    const compute = startCompute()

    test('gives both kinds of vectors in one message', async () => {
      const networks = [appearance, relation]
      const scenes = [{ file: photos[0]!, boxes: [row(2), row(2)] }]
      const found = await Array.fromAsync(compute.extraction.run({ networks, scenes, device: 'cpu' }))
      expect(found.map(({ kind }) => kind)).toEqual(['start', 'scene', 'end'])
      expect(found[0]).toMatchObject({ networks: [{ width: widths.convnext }, { width: widths.grouprec }] })
      expect(found[1]).toMatchObject({ answers: [{ withoutArea: Uint8Array.of(0, 0) }, {}] })
    })

    test.each([
      ['no network', [], [[]]],
      ['boxes of one network for two', [appearance, relation], [[row(1)]]],
      ['half a box', [appearance], [[Float64Array.of(1, 2)]]],
    ] as const)('is refused with %s', async (_, networks, boxes) => {
      const scenes = boxes.map((one) => ({ file: photos[0]!, boxes: [...one] }))
      const asked = compute.extraction.run({ networks: [...networks], scenes, device: 'cpu' })
      expect((await refusal(Array.fromAsync(asked))).code).toMatch(/^rpc\./)
    })
  })
})
