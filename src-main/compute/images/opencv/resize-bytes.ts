import type { Size } from '#shared/geometry/box.ts'
import { linearTaps } from './linear-taps.ts'
import type { LinearTaps } from './linear-taps.ts'
import type { RgbaPixels } from '../resample/resize-region.ts'
import { roundHalfEven } from './round-half-even.ts'

const channels = 3
/** OpenCV's fixed-point one: 11 bits. */
const one = 2048

/**
 * cv2.resize(…, INTER_LINEAR) of an 8-bit picture, bit for bit: weights in 11-bit fixed point, rows summed in integers,
 * pixel = (((b0 · (A0 >> 4)) >> 16) + ((b1 · (A1 >> 4)) >> 16) + 2) >> 2. Gives red, green, blue by pixel, [height · width · 3].
 */
export function resizeBytes(photo: RgbaPixels, { widthPx, heightPx }: Size): Uint8Array {
  const across = fixedPoint(linearTaps(photo.widthPx, widthPx))
  const down = fixedPoint(linearTaps(photo.heightPx, heightPx))
  const resized = new Uint8Array(widthPx * heightPx * channels)
  let [upper, lower] = [new Int32Array(widthPx * channels), new Int32Array(widthPx * channels)]
  let [upperY, lowerY] = [-1, -1]
  for (let y = 0; y < heightPx; y += 1) {
    const [first, second] = [down.first[y]!, down.second[y]!]
    if (first === lowerY) {
      ;[upper, lower] = [lower, upper]
      ;[upperY, lowerY] = [lowerY, upperY]
    }
    if (first !== upperY) sumRow(photo, first, across, upper)
    if (second !== lowerY) sumRow(photo, second, across, lower)
    ;[upperY, lowerY] = [first, second]
    const [above, below] = [down.firstWeight[y]!, down.secondWeight[y]!]
    const start = y * widthPx * channels
    for (let index = 0; index < upper.length; index += 1) {
      const value = ((above * (upper[index]! >> 4)) >> 16) + ((below * (lower[index]! >> 4)) >> 16)
      resized[start + index] = (value + 2) >> 2
    }
  }
  return resized
}

interface FixedTaps extends LinearTaps {
  readonly firstWeight: Int32Array
  readonly secondWeight: Int32Array
}

const fixedPoint = (taps: LinearTaps): FixedTaps => ({
  ...taps,
  firstWeight: Int32Array.from(taps.fraction, (fraction) => roundHalfEven(Math.fround(1 - fraction) * one)),
  secondWeight: Int32Array.from(taps.fraction, (fraction) => roundHalfEven(fraction * one)),
})

function sumRow(photo: RgbaPixels, y: number, across: FixedTaps, into: Int32Array): void {
  const row = y * photo.widthPx
  for (let x = 0; x < across.first.length; x += 1) {
    const [first, second] = [(row + across.first[x]!) * 4, (row + across.second[x]!) * 4]
    const [left, right] = [across.firstWeight[x]!, across.secondWeight[x]!]
    for (let channel = 0; channel < channels; channel += 1) {
      into[x * channels + channel] = photo.data[first + channel]! * left + photo.data[second + channel]! * right
    }
  }
}
