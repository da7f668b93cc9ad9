import {
  mostRowsPerRun,
  mostStudentsPerRun,
  parseBatching,
  planBatches,
  sceneOfStudents,
} from '#main/compute/pipelines/plan-batches.ts'
import type { Batching } from '#main/compute/pipelines/plan-batches.ts'
import type { VectorRows } from '#main/compute/protocol.ts'
import { describe, expect, test } from 'vitest'

const scene = { kind: 'scene' } as const
const plan = (
  batching: Batching,
  sceneOffsets: Uint32Array,
  mixing: 'none' | 'same-scene' | 'any',
  rows?: readonly number[],
) =>
  planBatches(
    batching,
    { sceneOffsets, vectors: [vectorsOf(rows ?? Array.from({ length: sceneOffsets.at(-1) ?? 0 }, (_, row) => row))] },
    mixing,
  )
const vectorsOf = (rows: readonly number[], fileOf: readonly number[] | null = null): VectorRows => ({
  name: 'convnext',
  width: 1,
  files: [],
  fileOf: fileOf && Uint16Array.from(fileOf),
  rows: Uint32Array.from(rows),
})
const offsets = (...sizes: readonly number[]): Uint32Array =>
  Uint32Array.from([0, ...sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0))])

describe('planBatches', () => {
  test('nobody needs no run, with and without empty scenes', () => {
    expect(plan(scene, new Uint32Array(), 'same-scene')).toEqual([])
    expect(plan(scene, offsets(), 'same-scene')).toEqual([])
    expect(plan(scene, offsets(0, 0), 'same-scene')).toEqual([])
  })

  test('whole scenes share a run up to the limit and none is split', () => {
    const half = mostStudentsPerRun / 2
    expect(plan(scene, offsets(half, half, 1), 'same-scene')).toEqual([
      { first: 0, end: 2 * half },
      { first: 2 * half, end: 2 * half + 1 },
    ])
    expect(plan(scene, offsets(1, mostStudentsPerRun + 1, 1), 'same-scene').map(({ first }) => first)).toEqual([
      0,
      1,
      mostStudentsPerRun + 2,
    ])
  })

  test('rows that do not influence each other may be split', () => {
    const runs = plan(scene, offsets(30_000), 'none')
    expect(runs[0]).toEqual({ first: 0, end: mostRowsPerRun })
    expect(runs.at(-1)!.end).toBe(30_000)
    expect(Math.max(...runs.map(({ first, end }) => end - first))).toBe(mostRowsPerRun)
  })

  test('a model that may mix anybody gets one scene at a time', () => {
    expect(plan(scene, offsets(2, 0, 3), 'any')).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 5 },
    ])
  })

  test('one scene of 30,000 would need a matrix of 900 million numbers: refused', () => {
    expect(() => plan(scene, offsets(30_000), 'same-scene')).toThrow(
      expect.objectContaining({ code: 'predict.scene-too-large' }),
    )
    expect(plan(scene, offsets(...Array<number>(600).fill(50)), 'same-scene')).toHaveLength(
      600 / Math.floor(mostStudentsPerRun / 50),
    )
  })

  test('RAFNet batches are consecutive rows, the last one smaller', () => {
    expect(plan(parseBatching('rafnet:128'), offsets(60, 51, 40), 'same-scene')).toEqual([
      { first: 0, end: 128 },
      { first: 128, end: 151 },
    ])
  })

  test('a row that is missing leaves its RAFNet batch one shorter and moves nobody', () => {
    const rows = [0, 1, 3, 4, 5, 9]
    expect(plan(parseBatching('rafnet:3'), offsets(rows.length), 'same-scene', rows)).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 5 },
      { first: 5, end: 6 },
    ])
  })

  test('no RAFNet batch reaches from one file into another', () => {
    const vectors = [vectorsOf([0, 1, 0, 1, 2], [0, 0, 1, 1, 1])]
    expect(planBatches(parseBatching('rafnet:4'), { sceneOffsets: offsets(5), vectors }, 'none')).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 5 },
    ])
  })
})

test.each(['', 'rafnet', 'rafnet:', 'rafnet:0', 'rafnet:-1', 'rafnet:1.5', 'rafnet:1e3', 'scenes'])(
  'batching %j is refused',
  (text) => {
    expect(() => parseBatching(text)).toThrow(expect.objectContaining({ code: 'predict.batching-unknown' }))
  },
)

test('sceneOfStudents', () => {
  expect([...sceneOfStudents({ sceneOffsets: offsets(2, 0, 3) })]).toEqual([0, 0, 2, 2, 2])
  expect([...sceneOfStudents({ sceneOffsets: offsets(2, 1, 1), sceneIds: Uint32Array.of(7, 3, 7) })]).toEqual([
    7, 7, 3, 7,
  ])
  expect(sceneOfStudents({ sceneOffsets: new Uint32Array() })).toHaveLength(0)
})
