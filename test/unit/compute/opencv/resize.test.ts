import { describe, expect, test } from 'vitest'
import { cliffCrop, cliffInput } from '#main/compute/images/opencv/cliff-crop.ts'
import { cropLength, cutCrop } from '#main/compute/images/opencv/cut-crop.ts'
import { letterbox } from '#main/compute/images/opencv/letterbox.ts'
import { linearTaps } from '#main/compute/images/opencv/linear-taps.ts'
import { resizeBytes } from '#main/compute/images/opencv/resize-bytes.ts'
import type { RgbaPixels } from '#main/compute/images/resample/resize-region.ts'

/** A photo whose every pixel is told by a function of its place. */
function photoOf(widthPx: number, heightPx: number, value: (x: number, y: number) => number): RgbaPixels {
  const data = new Uint8Array(widthPx * heightPx * 4)
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) data.fill(value(x, y), (y * widthPx + x) * 4, (y * widthPx + x) * 4 + 4)
  }
  return { data, widthPx, heightPx }
}

const red = (values: Uint8Array): number[] => [...values].filter((_, index) => index % 3 === 0)
const [meanRed, deviationRed] = [0.485, 0.229]

describe('where INTER_LINEAR looks', () => {
  test('half-pixel centres, clamped at the edges', () => {
    expect(linearTaps(2, 4)).toEqual({
      first: Int32Array.from([0, 0, 0, 1]),
      second: Int32Array.from([0, 1, 1, 1]),
      fraction: Float32Array.from([0, 0.25, 0.75, 0]),
    })
  })

  test('the same size keeps every pixel, one pixel is all there is', () => {
    expect([...linearTaps(3, 3).first]).toEqual([0, 1, 2])
    expect([...linearTaps(3, 3).fraction]).toEqual([0, 0, 0])
    expect([...linearTaps(1, 5).second]).toEqual([0, 0, 0, 0, 0])
  })
})

describe('the fixed-point resize of bytes', () => {
  test('the same size changes nothing', () => {
    const photo = photoOf(3, 2, (x, y) => 10 * x + 100 * y)
    expect(red(resizeBytes(photo, photo))).toEqual([0, 10, 20, 100, 110, 120])
  })

  test('twice the size', () => {
    // By hand: 0·(1 − w) + 255·w in 11 bits, at w = 0, 0.25, 0.75, 1.
    const wide = resizeBytes(
      photoOf(2, 1, (x) => 255 * x),
      { widthPx: 4, heightPx: 1 },
    )
    expect(red(wide)).toEqual([0, 64, 191, 255])
  })

  test('smaller pictures skip pixels, as OpenCV does without antialias', () => {
    const small = resizeBytes(
      photoOf(8, 8, (x) => (x % 4 === 1 || x % 4 === 2 ? 200 : 0)),
      { widthPx: 2, heightPx: 2 },
    )
    expect(red(small)).toEqual([200, 200, 200, 200])
  })
})

describe('a letterboxed photo', () => {
  test('lies at the top left on grey', () => {
    const { values, ratio } = letterbox(
      photoOf(4, 2, () => 255),
      { widthPx: 4, heightPx: 4 },
    )
    const normal = (value: number): number => Math.fround((value / 255 - meanRed) / deviationRed)
    expect(ratio).toBe(1)
    expect([...values.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, (_, index) => normal(index < 8 ? 255 : 114)))
  })

  test('a photo that would vanish keeps a pixel', () => {
    const { ratio } = letterbox(
      photoOf(2000, 1, () => 9),
      { widthPx: 32, heightPx: 32 },
    )
    expect(ratio).toBe(0.016)
  })
})

describe('a student cut out', () => {
  const black = Math.fround(-meanRed / deviationRed)
  const cut = (photo: RgbaPixels, box: Parameters<typeof cliffCrop>[0]): Float32Array => {
    const values = new Float32Array(cropLength)
    cutCrop(photo, cliffCrop(box), values, 0)
    return values
  }
  const at = (values: Float32Array, x: number, y: number): number =>
    values[y * cliffInput.widthPx + x]! * deviationRed + meanRed

  test('is black where the photo ends, and elsewhere what the photo is', () => {
    const values = cut(
      photoOf(200, 200, () => 255),
      { x1: -50, y1: 50, x2: 50, y2: 150 },
    )
    expect(at(values, 10, 128)).toBeCloseTo(0, 5)
    expect(at(values, 180, 128)).toBeCloseTo(1, 5)
  })

  test.each([
    ['wholly outside', { x1: 5000, y1: 5000, x2: 5100, y2: 5100 }],
    ['without extent', { x1: 50, y1: 50, x2: 50, y2: 50 }],
  ])('%s is all black', (_, box) => {
    const values = cut(
      photoOf(200, 200, () => 255),
      box,
    )
    expect(new Set(values.subarray(0, cliffInput.widthPx * cliffInput.heightPx))).toEqual(new Set([black]))
  })

  test('a gradient stays one', () => {
    const values = cut(
      photoOf(200, 200, (x) => x),
      { x1: 70, y1: 50, x2: 130, y2: 150 },
    )
    // 110 px high, 82 px wide around 100: from 59 (58.75) to 141.
    expect(at(values, 95, 128) * 255).toBeCloseTo(59 + (95.5 * 82) / 192 - 0.5, 3)
  })
})
