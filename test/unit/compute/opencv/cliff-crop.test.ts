import { describe, expect, test } from 'vitest'
import { boxNumbers, cliffCrop } from '#main/compute/images/opencv/cliff-crop.ts'
import { roundHalfEven } from '#main/compute/images/opencv/round-half-even.ts'

const photo = { widthPx: 1280, heightPx: 720 }

describe('rounding', () => {
  test.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [2.4999, 2],
    [2.5001, 3],
    [-7, -7],
  ])('%d becomes %d', (value, rounded) => {
    expect(roundHalfEven(value) + 0).toBe(rounded)
  })
})

describe('the window of a box', () => {
  test('a tall box decides by its height, a wide one by its width', () => {
    expect(cliffCrop({ x1: 100, y1: 100, x2: 110, y2: 300 })).toMatchObject({
      centre: { x: 105, y: 200 },
      window: { top: 90, bottom: 310 },
    })
    // 150 px wide: 165 px with the margin, 220 px high.
    expect(cliffCrop({ x1: 100, y1: 100, x2: 250, y2: 110 })).toMatchObject({
      window: { left: 92, right: 258, top: -5, bottom: 215 },
    })
  })

  test('an inverted box goes through the formula as it is while its size is positive', () => {
    // Width −60, height 100: the height decides, and the centre is that of the upright box.
    const crop = cliffCrop({ x1: 160, y1: 100, x2: 100, y2: 200 })
    expect(crop.centre).toEqual({ x: 130, y: 150 })
    expect(crop.sizePx).toBeCloseTo(110, 9)
    expect(crop.window).toMatchObject({ top: 95, bottom: 205 })
  })

  test.each([
    ['no extent', { x1: 10, y1: 10, x2: 10, y2: 10 }],
    ['both sides inverted', { x1: 60, y1: 60, x2: 10, y2: 10 }],
    ['a coordinate that is no number', { x1: Number.NaN, y1: 10, x2: 20, y2: 20 }],
    ['an infinite coordinate', { x1: 0, y1: 0, x2: Number.POSITIVE_INFINITY, y2: 20 }],
    ['less than a pixel', { x1: 10, y1: 10, x2: 10.1, y2: 10.1 }],
  ])('%s: there is nothing to cut out', (_, box) => {
    const crop = cliffCrop(box)
    expect(crop.window).toBeNull()
    expect(boxNumbers(crop, photo).every(Number.isFinite)).toBe(true)
  })
})

describe('box numbers', () => {
  test('follow the formula', () => {
    const [x, y, size] = boxNumbers(cliffCrop({ x1: 640, y1: 310, x2: 640, y2: 410 }), photo)
    expect(x).toBe(0)
    expect(y).toBe(0)
    expect(size).toBeCloseTo((110 - 1200) / 300, 9)
  })
})
