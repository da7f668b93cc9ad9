import type { CliffCrop } from './cliff-crop.ts'
import { cliffInput } from './cliff-crop.ts'
import { linearTaps } from './linear-taps.ts'
import type { LinearTaps } from './linear-taps.ts'
import { normalised } from './image-net.ts'
import type { RgbaPixels } from '../resample/resize-region.ts'

const channels = 3
const { widthPx, heightPx } = cliffInput

/** Numbers in one crop. */
export const cropLength = channels * heightPx * widthPx

/**
 * Cuts a student's window out of the photo (black beyond its edges), resizes it as cv2.resize does float32 pictures, and
 * normalises it: red, green and blue planes, float32 [3, 256, 192], into `target` from `start` on. A crop without a window
 * is all black before it is normalised.
 */
export function cutCrop(photo: RgbaPixels, { window }: CliffCrop, target: Float32Array, start: number): void {
  if (window === null) {
    fillBlack(target, start)
    return
  }
  const across = linearTaps(window.right - window.left, widthPx)
  const down = linearTaps(window.bottom - window.top, heightPx)
  const rows = createRows(photo, window.left, across)
  for (let y = 0; y < heightPx; y += 1) {
    const upper = rows(window.top + down.first[y]!)
    const lower = rows(window.top + down.second[y]!)
    mixRows(upper, lower, down.fraction[y]!, target, start + y * widthPx)
  }
}

function fillBlack(target: Float32Array, start: number): void {
  const plane = heightPx * widthPx
  for (const channel of [0, 1, 2] as const) {
    target.fill(normalised(0, channel), start + channel * plane, start + (channel + 1) * plane)
  }
}

function mixRows(upper: Float32Array, lower: Float32Array, weight: number, target: Float32Array, start: number): void {
  const plane = heightPx * widthPx
  for (const channel of [0, 1, 2] as const) {
    const offset = start + channel * plane
    for (let x = 0; x < widthPx; x += 1) {
      const at = x * channels + channel
      target[offset + x] = normalised(upper[at]! * (1 - weight) + lower[at]! * weight, channel)
    }
  }
}

/** Rows of the photo resized across, [192 · 3]; the last two are kept, since neighbouring target rows share them. */
function createRows(photo: RgbaPixels, left: number, across: LinearTaps): (y: number) => Float32Array {
  const empty = (): { y: number; readonly values: Float32Array } => ({
    y: Number.NaN,
    values: new Float32Array(widthPx * channels),
  })
  const kept = [empty(), empty()] as const
  let older: 0 | 1 = 0
  return (y) => {
    const known = kept.findIndex((row) => row.y === y)
    if (known !== -1) {
      older = known === 0 ? 1 : 0
      return kept[known]!.values
    }
    const row = kept[older]
    row.y = y
    older = older === 0 ? 1 : 0
    resizeRow(photo, y, left, across, row.values)
    return row.values
  }
}

function resizeRow(photo: RgbaPixels, y: number, left: number, across: LinearTaps, into: Float32Array): void {
  if (y < 0 || y >= photo.heightPx) {
    into.fill(0)
    return
  }
  const row = y * photo.widthPx
  const inside = (x: number): boolean => x >= 0 && x < photo.widthPx
  for (let x = 0; x < widthPx; x += 1) {
    const [first, second] = [left + across.first[x]!, left + across.second[x]!]
    const weight = across.fraction[x]!
    for (let channel = 0; channel < channels; channel += 1) {
      const one = inside(first) ? photo.data[(row + first) * 4 + channel]! : 0
      const other = inside(second) ? photo.data[(row + second) * 4 + channel]! : 0
      into[x * channels + channel] = one * (1 - weight) + other * weight
    }
  }
}
