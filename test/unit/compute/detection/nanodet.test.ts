import { describe, expect, test } from 'vitest'
import { decodeNanodet } from '#main/compute/detection/decode-nanodet.ts'
import type { NanodetHead } from '#main/compute/detection/decode-nanodet.ts'
import { nanodetInput } from '#main/compute/detection/nanodet-input.ts'
import { detectionSettings, planPass, planPasses } from '#main/compute/detection/plan-passes.ts'

const photo = { widthPx: 1280, heightPx: 720 }

describe('planning passes', () => {
  test('proportions are kept, inputs are multiples of 32', () => {
    expect(planPass(photo, 768)).toEqual({
      size: { widthPx: 768, heightPx: 432 },
      paddedSize: { widthPx: 768, heightPx: 448 },
      mirrored: false,
    })
  })

  test('each setting has its passes, the mirrored ones beside their width', () => {
    const looks = (setting: 'accurate' | 'fast') =>
      planPasses(photo, setting).map(({ size, mirrored }) => `${size.widthPx}${mirrored ? ' mirrored' : ''}`)
    expect(looks('fast')).toEqual(['768', '768 mirrored', '1280', '1280 mirrored'])
    expect(looks('accurate')).toHaveLength(
      detectionSettings.accurate.longSidesPx.length + detectionSettings.accurate.mirroredLongSidesPx.length,
    )
  })

  test.each([
    [
      'upright photos take as much work as lying ones',
      { widthPx: 720, heightPx: 1280 },
      { widthPx: 900, heightPx: 1600 },
    ],
    ['a strip of one column has no side of 0', { widthPx: 1, heightPx: 20_000 }, { widthPx: 1, heightPx: 1600 }],
    ['a single px', { widthPx: 1, heightPx: 1 }, { widthPx: 1600, heightPx: 1600 }],
  ])('%s', (_, size, expected) => {
    const passes = planPasses(size, 'accurate')
    expect(passes.at(-1)?.size).toEqual(expected)
    for (const { paddedSize } of passes) {
      expect(paddedSize.widthPx % 32 || paddedSize.heightPx % 32).toBe(0)
      expect(paddedSize.widthPx * paddedSize.heightPx).toBeLessThanOrEqual(1600 * 1600)
    }
  })
})

describe('the input', () => {
  const pass = { size: { widthPx: 2, heightPx: 1 }, paddedSize: { widthPx: 3, heightPx: 2 }, mirrored: false }
  const rgba = Uint8ClampedArray.of(255, 0, 10, 255, 20, 30, 40, 255)

  test('is blue, green, red, normalised, with zeros where the photo does not reach', () => {
    const input = nanodetInput(rgba, pass)
    const expected = [
      [(10 - 103.53) / 57.375, (40 - 103.53) / 57.375, 0, 0, 0, 0],
      [(0 - 116.28) / 57.12, (30 - 116.28) / 57.12, 0, 0, 0, 0],
      [(255 - 123.675) / 58.395, (20 - 123.675) / 58.395, 0, 0, 0, 0],
    ].flat()
    expect([...input]).toEqual(expected.map(Math.fround))
  })

  test('mirrored swaps left and right, not the padding', () => {
    const straight = nanodetInput(rgba, pass)
    const mirrored = nanodetInput(rgba, { ...pass, mirrored: true })
    for (const plane of [0, 6, 12]) {
      expect([...mirrored.subarray(plane, plane + 6)]).toEqual([straight[plane + 1], straight[plane], 0, 0, 0, 0])
    }
  })
})

describe('decoding', () => {
  const pass = { size: { widthPx: 60, heightPx: 30 }, paddedSize: { widthPx: 64, heightPx: 32 }, mirrored: false }
  const cells = 8 // 4 × 2 at stride 16

  /** One grid in which a cell's person logit and its distances to left, top, right, bottom (whole bins) are set. */
  function head(cell: number, logit: number, bins: readonly number[]): NanodetHead {
    const values = new Float32Array(45 * cells).fill(-20)
    values[cell] = logit
    for (const [side, bin] of bins.entries()) values[(1 + 11 * side + bin) * cells + cell] = 40
    return { stride: 16, values }
  }

  test('a cell’s box reaches from its centre by so many strides, in px of the photo', () => {
    // Cell 5 is the second of the second row: centre (24, 24).
    const [box, ...others] = decodeNanodet([head(5, 2, [1, 0, 2, 0.0])], pass, { widthPx: 120, heightPx: 30 })
    expect(others).toEqual([])
    expect(box).toBeUndefined()
    const [found] = decodeNanodet([head(5, 2, [1, 1, 2, 0])], pass, { widthPx: 120, heightPx: 30 })
    expect(found).toEqual({
      x1: 16,
      y1: 8,
      x2: 112,
      y2: 24,
      score: expect.closeTo(1 / (1 + Math.exp(-2)), 6) as number,
    })
  })

  test('distances between bins are expectations', () => {
    const between = head(5, 2, [1, 1, 1, 0])
    between.values[(1 + 2) * cells + 5] = 40 // left: bins 1 and 2 alike
    const [found] = decodeNanodet([between], pass, pass.size)
    expect(found?.x1).toBeCloseTo(24 - 1.5 * 16, 5)
  })

  test('boxes end at the photo, not in the padding, and what is left of none is left out', () => {
    const [wide] = decodeNanodet([head(5, 2, [10, 10, 10, 10])], pass, pass.size)
    expect(wide).toMatchObject({ x1: 0, y1: 0, x2: 60, y2: 30 })
    expect(decodeNanodet([head(7, 2, [0, 1, 1, 1])], pass, { widthPx: 60, heightPx: 30 })).toHaveLength(1)
    expect(decodeNanodet([head(5, 2, [0, 0, 0, 0])], pass, pass.size)).toEqual([])
  })

  test('a mirrored pass is turned back', () => {
    const [straight] = decodeNanodet([head(5, 2, [1, 1, 2, 0])], pass, pass.size)
    const [mirrored] = decodeNanodet([head(5, 2, [1, 1, 2, 0])], { ...pass, mirrored: true }, pass.size)
    expect(mirrored).toEqual({ ...straight, x1: 60 - straight!.x2, x2: 60 - straight!.x1 })
  })

  test('what is unlikely or not a number is no person', () => {
    expect(decodeNanodet([head(5, -2.95, [1, 1, 1, 1])], pass, pass.size)).toEqual([])
    expect(decodeNanodet([head(5, NaN, [1, 1, 1, 1])], pass, pass.size)).toEqual([])
    expect(decodeNanodet([], pass, pass.size)).toEqual([])
  })
})
