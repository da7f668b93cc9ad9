import type { Size } from '#shared/geometry/box.ts'
import type { ScoredBox } from './scored-box.ts'

/** Px of the input per cell, for the three levels of YOLOX's head. */
export const yoloxStrides = [8, 16, 32] as const

/**
 * Turns the network's rows into places in the input, in the same array: (x, y) become (offset + cell) · stride and (w, h)
 * become exp · stride; the scores stay. Levels follow each other by stride, cells row by row.
 *
 * @param rows [cells of all levels, columns], columns from cx, cy, w, h
 */
export function decodeRows(rows: Float32Array, columns: number, input: Size): void {
  let at = 0
  for (const stride of yoloxStrides) {
    const [down, across] = [Math.floor(input.heightPx / stride), Math.floor(input.widthPx / stride)]
    for (let y = 0; y < down; y += 1) {
      for (let x = 0; x < across; x += 1) {
        rows[at] = (rows[at]! + x) * stride
        rows[at + 1] = (rows[at + 1]! + y) * stride
        rows[at + 2] = Math.exp(rows[at + 2]!) * stride
        rows[at + 3] = Math.exp(rows[at + 3]!) * stride
        at += columns
      }
    }
  }
}

/** Cells of all levels for an input. */
export const cellCount = (input: Size): number =>
  yoloxStrides.reduce(
    (all, stride) => all + Math.floor(input.heightPx / stride) * Math.floor(input.widthPx / stride),
    0,
  )

/**
 * What the last bits of a score may differ by between machines: a score this near below the threshold counts as reaching it.
 * A threshold is often the very score of a box.
 */
const roundingShare = 1e-6

/**
 * The people among decoded rows [cells, columns] whose score reaches the threshold: objectness × the first
 * class (the only one of ByteTrack's detector, `person` in COCO's). Boxes are divided by `ratio`, input px per photo px.
 */
export function candidates(
  rows: Float32Array,
  columns: number,
  { ratio, threshold }: { readonly ratio: number; readonly threshold: number },
): ScoredBox[] {
  const lowest = threshold * (1 - roundingShare)
  const found: ScoredBox[] = []
  for (let at = 0; at < rows.length; at += columns) {
    const score = Math.fround(rows[at + 4]! * rows[at + 5]!)
    if (!(score >= lowest)) continue
    const [x, y, halfWidth, halfHeight] = [rows[at]!, rows[at + 1]!, rows[at + 2]! / 2, rows[at + 3]! / 2]
    found.push({
      x1: (x - halfWidth) / ratio,
      y1: (y - halfHeight) / ratio,
      x2: (x + halfWidth) / ratio,
      y2: (y + halfHeight) / ratio,
      score,
    })
  }
  return found
}
