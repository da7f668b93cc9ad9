import { drawMarks } from '#main/compute/images/draw-marks.ts'
import type { Mark } from '#main/compute/images/draw-marks.ts'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'

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
