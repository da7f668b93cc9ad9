import { filterTaps, weightBits } from './filter-taps.ts'
import type { FilterTaps } from './filter-taps.ts'
import type { FilterName } from './filters.ts'

/** Upright pixels, four bytes each (red, green, blue, and a fourth that is not read), row by row. */
export interface RgbaPixels {
  readonly data: Uint8Array | Uint8ClampedArray
  readonly widthPx: number
  readonly heightPx: number
}

/** A rectangle of whole pixels inside a picture. */
export interface PixelRegion {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface ResizePlan {
  readonly filter: FilterName
  /** Size that the whole region is resized to. */
  readonly width: number
  readonly height: number
  /** The part of the resized region that is wanted; nothing else is worked out. */
  readonly part: PixelRegion
}

const half = 1 << (weightBits - 1)

/**
 * What Pillow gives for `image.crop(region).resize((width, height), filter).crop(part)` of an RGB image, bit for bit: first
 * across, then down, rounded to bytes in between; an axis whose size stays is not filtered.
 *
 * Writes planes of red, green and blue, [3, part.height, part.width], to `target` from `offset` on.
 */
export function resizeRegion(
  { data, widthPx }: RgbaPixels,
  region: PixelRegion,
  { filter, width, height, part }: ResizePlan,
  target: Uint8Array,
  offset: number,
): void {
  const down = axis(filter, region.height, height, part.y, part.height)
  const last = part.height - 1
  const firstRow = down ? down.starts[0]! : part.y
  const endRow = down ? down.starts[last]! + down.counts[last]! : part.y + part.height
  const rows = endRow - firstRow
  const narrow = new Uint8ClampedArray(rows * part.width * 3)
  const across = axis(filter, region.width, width, part.x, part.width)
  const source = { data, start: ((region.y + firstRow) * widthPx + region.x) * 4, stride: widthPx * 4 }
  if (across) filterAcross(source, rows, across, narrow)
  else copyAcross(source, rows, part, narrow)
  if (down) filterDown(narrow, firstRow, down, { width: part.width, target, offset })
  else copyDown(narrow, part, target, offset)
}

const axis = (filter: FilterName, inputSize: number, outputSize: number, first: number, count: number) =>
  inputSize === outputSize ? null : filterTaps(filter, { inputSize, outputSize, first, count })

interface SourceRows {
  readonly data: Uint8Array | Uint8ClampedArray
  /** Position of the first pixel's red. */
  readonly start: number
  /** Bytes from row to row. */
  readonly stride: number
}

/** Rows of three interleaved bytes a pixel; the clamped array saturates as Pillow's clip8 does. */
function filterAcross(
  { data, start, stride }: SourceRows,
  rows: number,
  taps: FilterTaps,
  into: Uint8ClampedArray,
): void {
  const { weights, starts, counts, stride: tapStride } = taps
  const width = starts.length
  let position = 0
  for (let row = 0; row < rows; row += 1) {
    const rowStart = start + row * stride
    for (let column = 0; column < width; column += 1) {
      let [red, green, blue] = [half, half, half]
      let pixel = rowStart + starts[column]! * 4
      const firstTap = column * tapStride
      const endTap = firstTap + counts[column]!
      for (let tap = firstTap; tap < endTap; tap += 1, pixel += 4) {
        const weight = weights[tap]!
        red = (red + Math.imul(data[pixel]!, weight)) | 0
        green = (green + Math.imul(data[pixel + 1]!, weight)) | 0
        blue = (blue + Math.imul(data[pixel + 2]!, weight)) | 0
      }
      into[position] = red >> weightBits
      into[position + 1] = green >> weightBits
      into[position + 2] = blue >> weightBits
      position += 3
    }
  }
}

function copyAcross(
  { data, start, stride }: SourceRows,
  rows: number,
  part: PixelRegion,
  into: Uint8ClampedArray,
): void {
  let position = 0
  for (let row = 0; row < rows; row += 1) {
    let pixel = start + row * stride + part.x * 4
    for (let column = 0; column < part.width; column += 1, pixel += 4, position += 3) {
      into[position] = data[pixel]!
      into[position + 1] = data[pixel + 1]!
      into[position + 2] = data[pixel + 2]!
    }
  }
}

interface Planes {
  readonly width: number
  readonly target: Uint8Array
  readonly offset: number
}

function filterDown(
  narrow: Uint8ClampedArray,
  firstRow: number,
  taps: FilterTaps,
  { width, target, offset }: Planes,
): void {
  const { weights, starts, counts, stride: tapStride } = taps
  const height = starts.length
  const rowBytes = width * 3
  const sums = new Int32Array(rowBytes)
  const plane = width * height
  for (let row = 0; row < height; row += 1) {
    sums.fill(half)
    const inputStart = (starts[row]! - firstRow) * rowBytes
    for (let tap = 0; tap < counts[row]!; tap += 1) {
      const weight = weights[row * tapStride + tap]!
      const input = inputStart + tap * rowBytes
      for (let column = 0; column < rowBytes; column += 1) {
        sums[column] = (sums[column]! + Math.imul(narrow[input + column]!, weight)) | 0
      }
    }
    const output = offset + row * width
    for (let column = 0, sum = 0; column < width; column += 1, sum += 3) {
      target[output + column] = clamp(sums[sum]! >> weightBits)
      target[output + plane + column] = clamp(sums[sum + 1]! >> weightBits)
      target[output + 2 * plane + column] = clamp(sums[sum + 2]! >> weightBits)
    }
  }
}

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value)

function copyDown(narrow: Uint8ClampedArray, part: PixelRegion, target: Uint8Array, offset: number): void {
  const plane = part.width * part.height
  for (let pixel = 0; pixel < plane; pixel += 1) {
    target[offset + pixel] = narrow[pixel * 3]!
    target[offset + plane + pixel] = narrow[pixel * 3 + 1]!
    target[offset + 2 * plane + pixel] = narrow[pixel * 3 + 2]!
  }
}
