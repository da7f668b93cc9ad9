import type { Box } from '#shared/geometry/box.ts'

/** Share of a box's height, from its top, that hides the face. */
export const hiddenShare = 0.45

/** A region takes at most this many blocks across, so that a face, about half a box wide, is four blocks at most. */
const blocksAcross = 8
const smallestBlockPx = 8

/** RGBA pixels, row by row, as `ImageData` has them. */
export interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** Whole pixels, `x2` and `y2` exclusive. */
export interface PixelRegion {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/**
 * The pixels that hide the face of a student in a box (image px; corners in any order), clipped to the picture and
 * rounded outwards so that no edge of a face shows; null where the box lies outside.
 */
export function hiddenRegion(box: Box, width: number, height: number): PixelRegion | null {
  const top = Math.min(box.y1, box.y2)
  const bottom = Math.max(box.y1, box.y2)
  const x1 = Math.max(0, Math.floor(Math.min(box.x1, box.x2)))
  const x2 = Math.min(width, Math.ceil(Math.max(box.x1, box.x2)))
  const y1 = Math.max(0, Math.floor(top))
  const y2 = Math.min(height, Math.ceil(top + (bottom - top) * hiddenShare))
  return x1 < x2 && y1 < y2 ? { x1, y1, x2, y2 } : null
}

/** Replaces a region by a mosaic of its blocks' mean colours, in place. */
export function pixelate(pixels: Pixels, region: PixelRegion): void {
  const side = Math.max(smallestBlockPx, Math.ceil((region.x2 - region.x1) / blocksAcross))
  for (let y1 = region.y1; y1 < region.y2; y1 += side) {
    for (let x1 = region.x1; x1 < region.x2; x1 += side) {
      const block = { x1, y1, x2: Math.min(x1 + side, region.x2), y2: Math.min(y1 + side, region.y2) }
      fill(pixels, block, meanColour(pixels, block))
    }
  }
}

type Colour = readonly [red: number, green: number, blue: number]

function meanColour({ data, width }: Pixels, { x1, y1, x2, y2 }: PixelRegion): Colour {
  let [red, green, blue] = [0, 0, 0]
  for (let y = y1; y < y2; y += 1) {
    for (let index = (y * width + x1) * 4; index < (y * width + x2) * 4; index += 4) {
      red += data[index]!
      green += data[index + 1]!
      blue += data[index + 2]!
    }
  }
  const count = (x2 - x1) * (y2 - y1)
  return [red / count, green / count, blue / count]
}

function fill({ data, width }: Pixels, { x1, y1, x2, y2 }: PixelRegion, [red, green, blue]: Colour): void {
  for (let y = y1; y < y2; y += 1) {
    for (let index = (y * width + x1) * 4; index < (y * width + x2) * 4; index += 4) {
      data[index] = red
      data[index + 1] = green
      data[index + 2] = blue
    }
  }
}
