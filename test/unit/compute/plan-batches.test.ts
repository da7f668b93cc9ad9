import {
  mostStudentsPerRun,
  parseBatching,
  planBatches,
  sceneOfStudents,
} from '#main/compute/pipelines/plan-batches.ts'
import { describe, expect, test } from 'vitest'

const scene = { kind: 'scene' } as const
const offsets = (...sizes: readonly number[]): Uint32Array =>
  Uint32Array.from([0, ...sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0))])

describe('planBatches', () => {
  test('nobody needs no run, with and without empty scenes', () => {
    expect(planBatches(scene, new Uint32Array(), 'same-scene')).toEqual([])
    expect(planBatches(scene, offsets(), 'same-scene')).toEqual([])
    expect(planBatches(scene, offsets(0, 0), 'same-scene')).toEqual([])
  })

  test('whole scenes share a run up to the limit and none is split', () => {
    const half = mostStudentsPerRun / 2
    expect(planBatches(scene, offsets(half, half, 1), 'same-scene')).toEqual([
      { first: 0, end: 2 * half },
      { first: 2 * half, end: 2 * half + 1 },
    ])
    expect(planBatches(scene, offsets(1, mostStudentsPerRun + 1, 1), 'same-scene').map(({ first }) => first)).toEqual([
      0,
      1,
      mostStudentsPerRun + 2,
    ])
  })

  test('rows that do not influence each other may be split', () => {
    const runs = planBatches(scene, offsets(30_000), 'none')
    expect(runs[0]).toEqual({ first: 0, end: mostStudentsPerRun })
    expect(runs.at(-1)!.end).toBe(30_000)
    expect(Math.max(...runs.map(({ first, end }) => end - first))).toBe(mostStudentsPerRun)
  })

  test('a model that may mix anybody gets one scene at a time', () => {
    expect(planBatches(scene, offsets(2, 0, 3), 'any')).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 5 },
    ])
  })

  test('one scene of 30,000 would need a matrix of 900 million numbers: refused', () => {
    expect(() => planBatches(scene, offsets(30_000), 'same-scene')).toThrow(
      expect.objectContaining({ code: 'predict.scene-too-large' }),
    )
    expect(planBatches(scene, offsets(...Array<number>(600).fill(50)), 'same-scene')).toHaveLength(60)
  })

  test('RAFNet batches are consecutive rows, the last one smaller', () => {
    expect(planBatches(parseBatching('rafnet:128'), offsets(60, 51, 40), 'same-scene')).toEqual([
      { first: 0, end: 128 },
      { first: 128, end: 151 },
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
  expect([...sceneOfStudents(offsets(2, 0, 3))]).toEqual([0, 0, 2, 2, 2])
  expect(sceneOfStudents(new Uint32Array())).toHaveLength(0)
})
