import { describe, expect, it } from 'vitest'
import { fromNormalisedBox, toNormalisedBox } from '#shared/geometry/normalised-box.ts'

const image = { widthPx: 1280, heightPx: 720 }

describe('toNormalisedBox', () => {
  it('is centre and size as shares of the photo', () => {
    expect(toNormalisedBox({ x1: 0, y1: 0, x2: 1280, y2: 720 }, image)).toEqual({ cx: 0.5, cy: 0.5, w: 1, h: 1 })
    expect(toNormalisedBox({ x1: 320, y1: 180, x2: 640, y2: 540 }, image)).toEqual({
      cx: 0.375,
      cy: 0.5,
      w: 0.25,
      h: 0.5,
    })
  })

  /** Corners and expected values of rows 30 and 0 stand in RAFNet's demo pickle, in float32. */
  it.each([
    ['an inverted box', [689.2248, 135.969, 756.6667, 84.8062], [0.56480134, 0.15331611, 0.052688953, 1.3888889e-9]],
    ['an upright box', [230.31007, 139.06976, 284.57364, 179.37985], [0.20112646, 0.22114557, 0.04239341, 0.05598622]],
  ])('equals what RAFNet wrote for %s', (_, [x1 = 0, y1 = 0, x2 = 0, y2 = 0], expected) => {
    const { cx, cy, w, h } = toNormalisedBox({ x1, y1, x2, y2 }, image)
    const differences = [cx, cy, w, h].map((value, index) => Math.abs(value / (expected[index] ?? 0) - 1))
    expect(Math.max(...differences)).toBeLessThan(1e-6)
  })

  it('never has a side of 0', () => {
    expect(toNormalisedBox({ x1: 64, y1: 72, x2: 64, y2: 72 }, image)).toEqual({
      cx: 0.05,
      cy: 0.1,
      w: 1e-6 / 1280,
      h: 1e-6 / 720,
    })
  })
})

describe('fromNormalisedBox', () => {
  it.each([
    { x1: 230.31007, y1: 139.06976, x2: 284.57364, y2: 179.37985 },
    { x1: -3.5, y1: 700.25, x2: 12, y2: 731 },
    { x1: 0, y1: 0, x2: 1280, y2: 720 },
  ])('gives back what was normalised: %o', (box) => {
    const back = fromNormalisedBox(toNormalisedBox(box, image), image)
    expect(back.x1).toBeCloseTo(box.x1, 9)
    expect(back.y1).toBeCloseTo(box.y1, 9)
    expect(back.x2).toBeCloseTo(box.x2, 9)
    expect(back.y2).toBeCloseTo(box.y2, 9)
  })

  it('gives an inverted box back at its centre, without its height', () => {
    const back = fromNormalisedBox(toNormalisedBox({ x1: 10, y1: 60, x2: 30, y2: 20 }, image), image)
    expect((back.y1 + back.y2) / 2).toBeCloseTo(40, 9)
    expect(back.y2 - back.y1).toBeCloseTo(1e-6, 9)
  })
})
