import { describe, expect, test } from 'vitest'
import { defaultEmbeddings, embeddingWidth } from '#main/compute/embedding/default-embedding.ts'
import { roiAlign } from '#main/compute/embedding/roi-align.ts'
import type { FeatureMap } from '#main/compute/embedding/roi-align.ts'
import { thrownAppError } from '../../../support/app-error.ts'
import { scored } from '../../../support/scored-boxes.ts'

function mapOf(
  channels: number,
  rows: number,
  columns: number,
  stride: number,
  value: (c: number, y: number, x: number) => number,
): FeatureMap {
  const values = Float32Array.from({ length: channels * rows * columns }, (_, index) => {
    return value(Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns)
  })
  return { values, channels, rows, columns, stride }
}

const aligned = (map: FeatureMap, box: ReturnType<typeof scored>, bins: number): number[] => {
  const target = new Float32Array(map.channels * bins * bins + 1).fill(-99)
  roiAlign(map, box, bins, target, 1)
  expect(target[0]).toBe(-99)
  return [...target.subarray(1)]
}

describe('RoIAlign', () => {
  test('of a plane is the plane at the middle of each bin: the first cell’s centre lies half a stride in', () => {
    // In px: cell x holds 8x + 4 and cell y holds 8y + 4.
    const map = mapOf(2, 6, 6, 8, (channel, y, x) => (channel === 0 ? 8 * x + 4 : 8 * y + 4))
    const [left, right] = [10 + 16 / 4, 10 + (16 * 3) / 4]
    const [top, bottom] = [12 + 20 / 4, 12 + (20 * 3) / 4]
    const values = aligned(map, scored(10, 12, 16, 20, 1), 2)
    const expected = [left, right, left, right, top, top, bottom, bottom]
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4))
  })

  test('a single bin is the mean of its samples, worked out by hand', () => {
    // Samples at 1, 3, 5, 7 px of a row of cells 0, 4, 8, … of 8 px: places −0.375 (edge: 0), −0.125 (0), 0.125, 0.375.
    const map = mapOf(1, 1, 4, 8, (_, __, x) => 4 * x)
    expect(aligned(map, scored(0, 0, 8, 8, 1), 1)[0]).toBeCloseTo((0 + 0 + 0.5 + 1.5) / 4, 6)
  })

  test.each([
    ['beyond the left edge', scored(-500, 20, 30, 30, 1), 4],
    ['beyond the right edge', scored(900, 20, 30, 30, 1), 44],
  ])('samples %s take the edge', (_, box, value) => {
    const map = mapOf(1, 6, 6, 8, (__, ___, x) => 8 * x + 4)
    expect(aligned(map, box, 1)[0]).toBeCloseTo(value, 5)
  })

  test('an inverted box is the upright one, and a box of no area is one place', () => {
    const map = mapOf(3, 5, 7, 16, (c, y, x) => Math.sin(c + 3 * y + 5 * x))
    const upright = aligned(map, scored(20, 10, 40, 30, 1), 2)
    expect(aligned(map, { x1: 60, y1: 40, x2: 20, y2: 10, score: 1 }, 2)).toEqual(upright)
    const point = aligned(map, scored(24, 24, 0, 0, 1), 1)
    point.forEach((value, channel) => expect(value).toBeCloseTo(Math.sin(channel + 8), 5))
  })
})

describe('default embeddings', () => {
  const pass = { widthPx: 768, heightPx: 432 }
  const maps = {
    fine: mapOf(128, 56, 96, 8, (c, y, x) => c + y / 100 + x / 1000),
    coarse: mapOf(256, 28, 48, 16, (c, y, x) => 1000 + c + y / 100 + x / 1000),
  }

  test('hold the fine map’s four bins, then the coarse map’s one, box by box', () => {
    const photo = { widthPx: 1536, heightPx: 864 }
    const boxes = [scored(64, 64, 128, 128, 1), scored(1000, 400, 50, 90, 1)]
    const vectors = defaultEmbeddings(maps, boxes, photo, pass)
    expect(vectors).toHaveLength(2 * embeddingWidth)
    const target = new Float32Array(embeddingWidth)
    roiAlign(maps.fine, scored(500, 200, 25, 45, 1), 2, target, 0)
    roiAlign(maps.coarse, scored(500, 200, 25, 45, 1), 1, target, 512)
    expect([...vectors.subarray(embeddingWidth)]).toEqual([...target])
  })

  test('of no boxes are no vectors', () => {
    expect(defaultEmbeddings(maps, [], pass, pass)).toHaveLength(0)
  })

  test.each([NaN, Infinity])('a corner of %s is refused with its box', (corner) => {
    const boxes = [scored(0, 0, 5, 5, 1), { ...scored(0, 0, 5, 5, 1), x2: corner }]
    const error = thrownAppError(() => defaultEmbeddings(maps, boxes, pass, pass))
    expect([error.code, error.details['position']]).toEqual(['embedding.box-not-finite', 1])
  })
})
