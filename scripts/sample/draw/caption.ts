import type { Painter } from './painter.ts'

/** Single-stroke letters on a 4 × 6 grid, so that the picture depends on no font: strokes of x, y pairs. */
const glyphs: Readonly<Record<string, readonly (readonly number[])[]>> = {
  A: [
    [0, 6, 2, 0, 4, 6],
    [1, 4, 3, 4],
  ],
  B: [
    [0, 0, 3, 0, 4, 1.5, 3, 3, 0, 3],
    [3, 3, 4, 4.5, 3, 6, 0, 6, 0, 0],
  ],
  C: [[4, 1, 3, 0, 1, 0, 0, 1, 0, 5, 1, 6, 3, 6, 4, 5]],
  D: [[0, 0, 3, 0, 4, 1.5, 4, 4.5, 3, 6, 0, 6, 0, 0]],
  E: [
    [4, 0, 0, 0, 0, 6, 4, 6],
    [0, 3, 3, 3],
  ],
  H: [
    [0, 0, 0, 6],
    [4, 0, 4, 6],
    [0, 3, 4, 3],
  ],
  I: [[2, 0, 2, 6]],
  L: [[0, 0, 0, 6, 4, 6]],
  M: [[0, 6, 0, 0, 2, 3, 4, 0, 4, 6]],
  N: [[0, 6, 0, 0, 4, 6, 4, 0]],
  O: [[1, 0, 3, 0, 4, 1, 4, 5, 3, 6, 1, 6, 0, 5, 0, 1, 1, 0]],
  R: [
    [0, 6, 0, 0, 3, 0, 4, 1.5, 3, 3, 0, 3],
    [2, 3, 4, 6],
  ],
  S: [[4, 1, 3, 0, 1, 0, 0, 1, 0, 2, 1, 3, 3, 3, 4, 4, 4, 5, 3, 6, 1, 6, 0, 5]],
  T: [
    [0, 0, 4, 0],
    [2, 0, 2, 6],
  ],
  Y: [
    [0, 0, 2, 3, 4, 0],
    [2, 3, 2, 6],
  ],
  0: [[1, 0, 3, 0, 4, 1, 4, 5, 3, 6, 1, 6, 0, 5, 0, 1, 1, 0]],
  1: [[1, 1, 2, 0, 2, 6]],
  2: [[0, 1, 1, 0, 3, 0, 4, 1, 4, 2, 0, 6, 4, 6]],
  3: [[0, 0, 4, 0, 2, 2.5, 3, 2.5, 4, 4, 3, 6, 1, 6, 0, 5]],
  4: [[3, 6, 3, 0, 0, 4, 4, 4]],
  5: [[4, 0, 0, 0, 0, 2.5, 3, 2.5, 4, 4, 3, 6, 0, 6]],
  6: [[4, 0, 1, 0, 0, 2, 0, 5, 1, 6, 3, 6, 4, 5, 4, 4, 3, 3, 0, 3]],
  7: [[0, 0, 4, 0, 1.5, 6]],
  8: [[1, 3, 0, 2, 0, 1, 1, 0, 3, 0, 4, 1, 4, 2, 3, 3, 1, 3, 0, 4, 0, 5, 1, 6, 3, 6, 4, 5, 4, 4, 3, 3]],
  9: [[0, 6, 3, 6, 4, 4, 4, 1, 3, 0, 1, 0, 0, 1, 0, 2, 1, 3, 4, 3]],
  '-': [[1, 3, 3, 3]],
  ':': [
    [2, 1.5, 2, 1.7],
    [2, 4.3, 2, 4.5],
  ],
}

/** Prints a line of capitals and digits with a dark halo; an unknown character leaves a gap. */
export function drawCaption(painter: Painter, text: string, xPx: number, yPx: number, unitPx: number): void {
  const { context } = painter
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const [colour, widthPx] of [
    ['rgba(8, 12, 20, 0.55)', unitPx * 2],
    ['#ffffff', unitPx * 0.8],
  ] as const) {
    context.strokeStyle = colour
    context.lineWidth = widthPx
    for (const [index, character] of [...text].entries()) {
      for (const stroke of glyphs[character] ?? []) {
        context.beginPath()
        for (let point = 0; point < stroke.length; point += 2) {
          context.lineTo(xPx + (index * 6 + stroke[point]!) * unitPx, yPx + stroke[point + 1]! * unitPx)
        }
        context.stroke()
      }
    }
  }
}

/** How wide a caption comes out, in pixels. */
export function captionWidth(text: string, unitPx: number): number {
  return (text.length * 6 - 2) * unitPx
}
