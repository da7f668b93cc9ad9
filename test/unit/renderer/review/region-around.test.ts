import { describe, expect, test } from 'vitest'
import { regionAround, shareOfRegion } from '../../../../src-renderer/views/review/region-around.ts'

const photo = { widthPx: 2000, heightPx: 1000 }
const box = { x1: 900, y1: 400, x2: 1000, y2: 600 }

describe('the part of the photo around a student', () => {
  test('has the shape of its place and the student in its middle', () => {
    const region = regionAround(box, photo, 1.5)
    expect(region.width / region.height).toBeCloseTo(1.5, 9)
    expect([region.x + region.width / 2, region.y + region.height / 2]).toEqual([950, 500])
    expect(region.height).toBeGreaterThan(400)
  })

  test('stays inside the photo at its corners', () => {
    const region = regionAround({ x1: 0, y1: 0, x2: 100, y2: 200 }, photo, 1)
    expect([region.x, region.y]).toEqual([0, 0])
    const last = regionAround({ x1: 1950, y1: 900, x2: 2000, y2: 1000 }, photo, 1)
    expect([last.x + last.width, last.y + last.height]).toEqual([2000, 1000])
  })

  test('of a box as large as the photo is the photo, in the middle', () => {
    const region = regionAround({ x1: 0, y1: 0, x2: 2000, y2: 1000 }, photo, 1)
    expect(region).toEqual({ x: 0, y: -500, width: 2000, height: 2000 })
  })

  test('an inverted box has the same part, a tiny one is not blown up, one that is no box shows the photo', () => {
    const { x1, y1, x2, y2 } = box
    expect(regionAround({ x1: x2, y1: y2, x2: x1, y2: y1 }, photo, 1)).toEqual(regionAround(box, photo, 1))
    expect(regionAround({ x1: 500, y1: 500, x2: 502, y2: 503 }, photo, 1).height).toBe(180)
    expect(regionAround({ ...box, x1: NaN }, photo, 2)).toEqual({ x: 0, y: 0, width: 2000, height: 1000 })
  })

  test('without a size of the photo it lies around the box', () => {
    const region = regionAround(box, { widthPx: 0, heightPx: 0 }, 1)
    expect([region.x + region.width / 2, region.y + region.height / 2]).toEqual([950, 500])
  })

  test('marks lie where their boxes are', () => {
    const region = { x: 800, y: 300, width: 400, height: 400 }
    expect(shareOfRegion(box, region)).toEqual({ left: '25%', top: '25%', width: '25%', height: '50%' })
  })
})
