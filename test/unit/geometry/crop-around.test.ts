import { describe, expect, it } from 'vitest'
import { cropAround, type CropRectangle } from '#shared/geometry/crop-around.ts'

const image = { widthPx: 100, heightPx: 50 }
const crop = (left: number, top: number, widthPx: number, heightPx: number): CropRectangle => ({
  left,
  top,
  widthPx,
  heightPx,
})

describe('cropAround', () => {
  it.each([
    ['a whole box without margin', [10, 10, 30, 20], 0, crop(10, 10, 20, 10)],
    ['a margin of a quarter of each side', [20, 20, 40, 28], 0.25, crop(15, 18, 30, 12)],
    ['broken px grown to whole ones', [10.2, 10.8, 29.1, 19.9], 0, crop(10, 10, 20, 10)],
    ['an inverted box', [30, 20, 10, 10], 0, crop(10, 10, 20, 10)],
    ['cut at the edges', [-20, -10, 200, 200], 0.5, crop(0, 0, 100, 50)],
    ['an empty box', [10, 10, 10, 10], 0.2, crop(10, 10, 1, 1)],
    ['an almost flat box', [10, 10.5, 20, 10.5 + 1e-9], 0.2, crop(8, 10, 14, 1)],
    ['a point on the far corner', [100, 50, 100, 50], 0, crop(99, 49, 1, 1)],
    ['a box that only its margin brings in', [-10, 10, -1, 20], 0.5, crop(0, 5, 4, 20)],
    ['wholly outside', [110, 10, 120, 20], 0.1, null],
    ['above', [10, -30, 20, -10], 0, null],
    ['not a number', [10, Number.NaN, 20, 20], 0, null],
  ])('%s', (_, [x1 = 0, y1 = 0, x2 = 0, y2 = 0], margin, expected) => {
    expect(cropAround({ x1, y1, x2, y2 }, margin, image)).toEqual(expected)
  })

  it('is null in a photo without px', () => {
    expect(cropAround({ x1: 0, y1: 0, x2: 5, y2: 5 }, 0, { widthPx: 0, heightPx: 0 })).toBeNull()
  })
})
