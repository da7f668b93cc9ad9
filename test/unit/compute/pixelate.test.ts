import { hiddenRegion, pixelate } from '#main/compute/images/pixelate.ts'
import type { Pixels } from '#main/compute/images/pixelate.ts'
import { describe, expect, test } from 'vitest'

/** Every pixel has a colour of its own. */
function gradient(width: number, height: number): Pixels {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data.set([pixel % 256, Math.floor(pixel / 256) % 256, (pixel * 7) % 256, 255], pixel * 4)
  }
  return { data, width, height }
}

const colourAt = ({ data, width }: Pixels, x: number, y: number): string =>
  data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4).join()

describe('hiddenRegion', () => {
  test('the upper 45 %, rounded outwards', () => {
    expect(hiddenRegion({ x1: 10.6, y1: 20.4, x2: 30.2, y2: 60.4 }, 100, 100)).toEqual({
      x1: 10,
      y1: 20,
      x2: 31,
      y2: 39,
    })
  })

  test('an inverted box hides what the upright one hides', () => {
    const upright = hiddenRegion({ x1: 10, y1: 20, x2: 30, y2: 60 }, 100, 100)
    expect(hiddenRegion({ x1: 30, y1: 60, x2: 10, y2: 20 }, 100, 100)).toEqual(upright)
  })

  test('clipped to the picture; nothing outside it; nothing for an empty box', () => {
    expect(hiddenRegion({ x1: -10, y1: -10, x2: 50, y2: 90 }, 40, 40)).toEqual({ x1: 0, y1: 0, x2: 40, y2: 35 })
    expect(hiddenRegion({ x1: 100, y1: 0, x2: 120, y2: 40 }, 100, 100)).toBeNull()
    expect(hiddenRegion({ x1: 0, y1: -50, x2: 20, y2: -10 }, 100, 100)).toBeNull()
    expect(hiddenRegion({ x1: 10, y1: 10, x2: 10, y2: 30 }, 100, 100)).toBeNull()
  })
})

describe('pixelate', () => {
  test.each([
    ['of a small box are at least 8 px', 20, 8],
    ['of a large box are an eighth of it', 160, 20],
  ])('blocks %s', (_name, boxWidth, side) => {
    const pixels = gradient(200, 100)
    pixelate(pixels, { x1: 10, y1: 5, x2: 10 + boxWidth, y2: 65 })
    expect(colourAt(pixels, 10, 5)).toBe(colourAt(pixels, 10 + side - 1, 5 + side - 1))
    expect(colourAt(pixels, 10, 5)).not.toBe(colourAt(pixels, 10 + side, 5))
  })

  test('a block takes its mean colour and nothing outside the region changes', () => {
    const pixels = gradient(32, 32)
    const before = gradient(32, 32)
    const region = { x1: 3, y1: 5, x2: 11, y2: 13 }
    pixelate(pixels, region)
    let red = 0
    for (let y = 5; y < 13; y += 1) for (let x = 3; x < 11; x += 1) red += before.data[(y * 32 + x) * 4]! / 64
    expect(Math.abs(pixels.data[(5 * 32 + 3) * 4]! - red)).toBeLessThanOrEqual(0.5)
    for (let y = 0; y < 32; y += 1) {
      for (let x = 0; x < 32; x += 1) {
        const inside = x >= 3 && x < 11 && y >= 5 && y < 13
        if (!inside) expect(colourAt(pixels, x, y)).toBe(colourAt(before, x, y))
      }
    }
  })
})
