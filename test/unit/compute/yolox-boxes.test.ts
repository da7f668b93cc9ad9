import { describe, expect, test } from 'vitest'
import { suppress } from '#main/compute/detection/suppress.ts'
import { candidates, cellCount, decodeRows } from '#main/compute/detection/yolox-boxes.ts'
import { yoloxCard, yoloxSettings } from '#main/compute/detection/yolox-card.ts'

const input = { widthPx: 64, heightPx: 32 }

describe('YOLOX rows', () => {
  test('cells are placed level by level, row by row', () => {
    expect(cellCount(input)).toBe(32 + 8 + 2)
    const rows = new Float32Array(cellCount(input) * 6)
    decodeRows(rows, 6, input)
    const row = (index: number): number[] => [...rows.subarray(index * 6, index * 6 + 4)]
    expect(row(0)).toEqual([0, 0, 8, 8])
    expect(row(7)).toEqual([56, 0, 8, 8])
    expect(row(8)).toEqual([0, 8, 8, 8])
    expect(row(32)).toEqual([0, 0, 16, 16])
    expect(row(41)).toEqual([32, 0, 32, 32])
  })

  test('persons reach the threshold with objectness × class score and are given in px of the photo', () => {
    const rows = Float32Array.from([
      ...[10, 20, 4, 8, 0.5, 0.5],
      ...[10, 20, 4, 8, 0.5, 0.49],
      ...[1, 1, 2, 2, Number.NaN, 1],
    ])
    expect(candidates(rows, 6, { ratio: 0.5, threshold: 0.25 })).toEqual([
      { x1: 16, y1: 32, x2: 24, y2: 48, score: 0.25 },
    ])
    expect(candidates(new Float32Array(0), 6, { ratio: 1, threshold: 0.1 })).toEqual([])
  })

  test('of detectors with more classes the first is a person', () => {
    const rows = Float32Array.from([5, 5, 2, 2, 1, 0.1, 0.9])
    expect(candidates(rows, 7, { ratio: 1, threshold: 0.5 })).toEqual([])
  })

  test('suppression keeps a box inside another one while their union is shared little', () => {
    const whole = { x1: 0, y1: 0, x2: 10, y2: 10, score: 0.9 }
    const head = { x1: 2, y1: 0, x2: 6, y2: 4, score: 0.8 }
    const same = { x1: 0, y1: 0, x2: 10, y2: 9, score: 0.7 }
    expect(suppress([same, head, whole], { union: 0.7, smaller: Infinity })).toEqual([whole, head])
  })
})

describe('a YOLOX card', () => {
  test('what it leaves out is ByteTrack’s', () => {
    expect(yoloxSettings({ leastScore: 0.5 })).toEqual({
      input: { widthPx: 1440, heightPx: 800 },
      leastScore: 0.5,
      unionLimit: 0.7,
    })
  })

  test.each([
    { inputSize: { widthPx: 1000, heightPx: 800 } },
    { leastScore: 2 },
    { unionLimit: -1 },
    { threshold: 0.3 },
  ])('%o is refused', (card) => {
    expect(yoloxCard.safeParse(card).success).toBe(false)
  })
})
