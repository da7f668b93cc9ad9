import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DrawsInput, ExtractionMessage, NetworkVectors } from '#main/compute/protocol.ts'
import type { Noise } from '#shared/contract/extraction.ts'
import { relativeError, startCompute } from '../../support/compute.ts'
import { relationCases, relationCheckpoint, relationScene } from '../../support/group-relation.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

const width = 128

type Scene = DrawsInput['scenes'][number]
type Found = (NetworkVectors & { readonly kind: 'scene' }) | Extract<ExtractionMessage, { readonly kind: 'failed' }>

const rowsOf = (values: Float32Array): number[][] =>
  Array.from({ length: values.length / width }, (_, row) => [...values.subarray(row * width, (row + 1) * width)])

describe.skipIf(rafnetFolder === null)(
  `GroupRec through the compute process${rafnetFolder ? '' : ` (${withoutRafnet})`}`,
  () => {
    const compute = startCompute()
    const cases = relationCases()
    const corners = (index: number): Float64Array =>
      Float64Array.from(cases[index]!.boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]))
    const scene = (name: string, boxes: Float64Array): Scene => ({ file: relationScene, name, boxes })

    async function extract(scenes: readonly Scene[], noise: Noise, batch = 8): Promise<Found[]> {
      const found: Found[] = []
      const input = {
        networks: [{ weights: { file: relationCheckpoint }, noise }],
        device: 'cpu' as const,
        scenes: scenes.map(({ boxes, ...photo }) => ({ ...photo, boxes: [boxes] })),
        batch,
      }
      for await (const message of compute.extraction.run(input)) {
        if (message.kind === 'scene') found.push({ kind: 'scene', ...message.answers[0]! })
        if (message.kind === 'failed') found.push(message)
      }
      return found
    }

    async function vectors(scenes: readonly Scene[], noise: Noise): Promise<number[][][]> {
      const found = await extract(scenes, noise)
      return found.map((message) => {
        if (message.kind === 'failed') throw new Error(message.error.message)
        return rowsOf(message.vectors)
      })
    }

    async function draws(scenes: readonly Scene[], seed: number, count: number): Promise<number[][][]> {
      const found: number[][][] = []
      const input = {
        weights: { file: relationCheckpoint },
        device: 'cpu' as const,
        scenes: [...scenes],
        seed,
        draws: count,
      }
      for await (const message of compute.extraction.draws(input)) {
        if (message.kind === 'draw') found.push(rowsOf(message.vectors))
      }
      return found
    }

    test('is recognised with its sizes', async () => {
      expect(await compute.extraction.describe({ file: relationCheckpoint })).toMatchObject({
        kind: 'relation',
        family: 'hrnet-group-relation',
        width,
        sizes: { branches: [6, 12, 24, 48], features: [96], hidden: [32], types: [6, 10, 10] },
        dtype: 'float32',
        precisions: ['float32'],
      })
    })

    test('scenes of 0, 3, 5 and 7 students without noise equal PyTorch, each padded by itself', async () => {
      const indices = [2, 4, 0]
      const scenes = [scene('empty', new Float64Array(0)), ...indices.map((index) => scene(`${index}`, corners(index)))]
      const [empty, ...found] = await vectors(scenes, { kind: 'none' })
      expect(empty).toEqual([])
      for (const [position, index] of indices.entries()) {
        expect(relativeError(found[position]!, cases[index]!.relation)).toBeLessThan(1e-4)
      }
    })

    test('a seeded draw is the same alone, among others and in another order; other seeds and scenes differ', async () => {
      const [first, second] = [scene('a/1.jpg', corners(2)), scene('a/2.jpg', corners(2))]
      const noise = { kind: 'seed', seed: 7 } as const
      const together = await vectors([first, second], noise)
      expect(await vectors([second], noise)).toEqual([together[1]])
      expect(await vectors([second, first], noise)).toEqual([together[1], together[0]])
      expect(together[0]).not.toEqual(together[1])
      expect((await vectors([first], { kind: 'seed', seed: 8 }))[0]).not.toEqual(together[0])
      // Noise reaches the three blocks, never the projection before them.
      const projections = (all: number[][]): number[][] => all.map((row) => row.slice(0, width / 4))
      expect(projections(together[0]!)).toEqual(projections(together[1]!))
    })

    test('draw 0 is the seeded vectors, and the mean is that of the draws', async () => {
      const one = scene('a/1.jpg', corners(0))
      const all = await draws([one], 7, 4)
      expect(all).toHaveLength(4)
      expect(await vectors([one], { kind: 'seed', seed: 7 })).toEqual([all[0]])
      const mean = all[0]!.map((row, student) =>
        row.map((_, at) => all.reduce((sum, draw) => sum + draw[student]![at]!, 0) / 4),
      )
      const [found] = await vectors([one], { kind: 'mean', draws: 4, seed: 7 })
      expect(relativeError(found!, mean)).toBeLessThan(1e-6)
    })

    test('boxes of no extent are black crops and said so; inverted ones and those outside are cut as they are', async () => {
      const odd = Float64Array.from([
        ...[300, 200, 300, 200],
        ...[380, 300, 300, 200],
        ...[300, 286, 384, 226],
        ...[-80, -60, 40, 90],
        ...[5000, 5000, 5100, 5100],
        ...[Number.NaN, 0, 10, 10],
      ])
      const [message] = await extract([scene('odd', odd)], { kind: 'none' })
      if (message?.kind !== 'scene') throw new Error('the scene failed')
      expect([...message.withoutArea]).toEqual([1, 1, 0, 0, 0, 1])
      expect(message.vectors.every((value) => Number.isFinite(value))).toBe(true)
    })

    test('120 students, in batches of any size', async () => {
      const boxes = Float64Array.from({ length: 480 }, (_, at) => {
        const student = Math.floor(at / 4)
        const [x, y] = [(student % 20) * 60, Math.floor(student / 20) * 110]
        return [x, y, x + 50, y + 90][at % 4]!
      })
      const [whole] = await extract([scene('full', boxes)], { kind: 'seed', seed: 1 }, 64)
      const [parts] = await extract([scene('full', boxes)], { kind: 'seed', seed: 1 }, 7)
      if (whole?.kind !== 'scene' || parts?.kind !== 'scene') throw new Error('the scene failed')
      expect(whole.vectors).toHaveLength(120 * width)
      expect(relativeError(rowsOf(parts.vectors), rowsOf(whole.vectors))).toBeLessThan(1e-5)
    })

    test('a photo that cannot be read fails alone', async () => {
      const missing = { file: join(rafnetFolder!, 'images', 'missing.jpg'), name: 'missing', boxes: corners(2) }
      const found = await extract([missing, scene('a', corners(2))], { kind: 'none' })
      expect(found.map(({ kind }) => kind)).toEqual(['failed', 'scene'])
      expect(found[0]).toMatchObject({ error: { code: 'photo.unreadable' } })
    })

    test('networks without noise have no draws to compare', async () => {
      const file = join(rafnetFolder!, 'backbones', 'convnext_small.pth')
      const input = { weights: { file }, device: 'cpu' as const, scenes: [scene('a', corners(2))], draws: 2 }
      const all = async (): Promise<void> => {
        for await (const message of compute.extraction.draws(input)) expect(message.kind).toBe('none')
      }
      await expect(all()).rejects.toMatchObject({ code: 'extraction.no-noise' })
    })
  },
)
