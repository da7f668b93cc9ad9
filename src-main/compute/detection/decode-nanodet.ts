import type { Size } from '#shared/geometry/box.ts'
import type { DetectionPass } from './plan-passes.ts'
import type { ScoredBox } from './scored-box.ts'

/** The answer of one of NanoDet's grids: float32 [1, 45, rows, columns], see `buildNanodet`. */
export interface NanodetHead {
  readonly stride: number
  readonly values: Float32Array
}

export const nanodetStrides = [8, 16, 32] as const

/** Distances are means over 0 to 10 strides, weighted by a softmax of as many logits. */
const bins = 11
/** What is less likely than this to be a person is left out before boxes are compared. */
const leastScore = 0.05
const leastLogit = Math.log(leastScore / (1 - leastScore))
const leastSidePx = 2

/** The persons that NanoDet saw in one pass, in px of the photo, clipped to it. */
export function decodeNanodet(heads: readonly NanodetHead[], pass: DetectionPass, photo: Size): ScoredBox[] {
  const boxes: ScoredBox[] = []
  for (const { stride, values } of heads) {
    const columns = pass.paddedSize.widthPx / stride
    const cells = columns * (pass.paddedSize.heightPx / stride)
    for (let cell = 0; cell < cells; cell += 1) {
      const logit = values[cell]!
      if (!(logit >= leastLogit)) continue
      const x = ((cell % columns) + 0.5) * stride
      const y = (Math.floor(cell / columns) + 0.5) * stride
      const side = (index: number): number => stride * expectedBin(values, (1 + index * bins) * cells + cell, cells)
      const box = clipped(x - side(0), y - side(1), x + side(2), y + side(3), pass, photo)
      if (box) boxes.push({ ...box, score: 1 / (1 + Math.exp(-logit)) })
    }
  }
  return boxes
}

function expectedBin(values: Float32Array, start: number, step: number): number {
  let largest = -Infinity
  for (let bin = 0; bin < bins; bin += 1) largest = Math.max(largest, values[start + bin * step]!)
  let total = 0
  let weighted = 0
  for (let bin = 0; bin < bins; bin += 1) {
    const weight = Math.exp(values[start + bin * step]! - largest)
    total += weight
    weighted += weight * bin
  }
  return weighted / total
}

function clipped(x1: number, y1: number, x2: number, y2: number, { size, mirrored }: DetectionPass, photo: Size) {
  const { widthPx, heightPx } = size
  const near = Math.max(0, x1)
  const far = Math.min(widthPx, x2)
  const top = Math.max(0, y1)
  const bottom = Math.min(heightPx, y2)
  if (far - near < leastSidePx || bottom - top < leastSidePx) return null
  const [left, right] = mirrored ? [widthPx - far, widthPx - near] : [near, far]
  const [scaleX, scaleY] = [photo.widthPx / widthPx, photo.heightPx / heightPx]
  return { x1: left * scaleX, y1: top * scaleY, x2: right * scaleX, y2: bottom * scaleY }
}
