import { drawMarks, textColourOn } from '#main/compute/images/draw-marks.ts'
import type { Mark } from '#main/compute/images/draw-marks.ts'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'

/** Contrast of two CSS hex colours (WCAG 2.2). */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
  }
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

test.each(['#4caf50', '#2196f3', '#ff9800', '#9e9e9e', '#f44336', '#000000', '#ffffff', '#777777'])(
  'letters on %s can be read',
  (colour) => {
    expect(contrast(colour, textColourOn(colour))).toBeGreaterThanOrEqual(4.5)
  },
)

/** Edges are smoothed, so that no pixel of a line is quite its colour. */
const isNear = (colour: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((value, channel) => Math.abs(value - colour[channel]!) <= 16)

describe('drawMarks', () => {
  const colour = '#ff0000'
  const draw = (marks: readonly Mark[]) => {
    const context = createCanvas(400, 300).getContext('2d')
    context.fillStyle = '#000000'
    context.fillRect(0, 0, 400, 300)
    drawMarks(context, marks)
    return (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)]
  }
  const mark = { box: { x1: 100, y1: 100, x2: 200, y2: 200 }, colour, text: '', wrong: false }

  test('an outline on the edge, in the class colour, and nothing inside', () => {
    const at = draw([mark])
    expect(isNear(at(100, 150), [255, 0, 0])).toBe(true)
    expect(isNear(at(150, 150), [0, 0, 0])).toBe(true)
  })

  test('an inverted box is drawn where it lies', () => {
    const at = draw([{ ...mark, box: { x1: 200, y1: 200, x2: 100, y2: 100 } }])
    expect(isNear(at(100, 150), [255, 0, 0])).toBe(true)
  })

  test('the chip stands above the box, or inside it where there is no room', () => {
    expect(isNear(draw([{ ...mark, text: 'L' }])(105, 90), [255, 0, 0])).toBe(true)
    const atTop = { ...mark, box: { x1: 100, y1: 0, x2: 200, y2: 80 }, text: 'L' }
    expect(isNear(draw([atTop])(103, 8), [255, 0, 0])).toBe(true)
  })

  test('a wrong prediction carries a badge that a right one lacks', () => {
    expect(isNear(draw([{ ...mark, wrong: true }])(200 + 4, 100), [198, 40, 40])).toBe(true)
    expect(isNear(draw([mark])(200 + 4, 100), [0, 0, 0])).toBe(true)
  })
})
