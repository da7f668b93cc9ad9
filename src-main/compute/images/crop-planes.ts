import type { FilterName } from './resample/filters.ts'
import { resizeRegion } from './resample/resize-region.ts'
import type { PixelRegion, RgbaPixels } from './resample/resize-region.ts'

/** How RAFNet's torchvision transforms make a network's input of a crop. */
export interface CropRule {
  /** What the crop's shorter side is resized to, in px. */
  readonly resizePx: number
  readonly filter: FilterName
  /** Side of the square cut out of the middle, in px; at most `resizePx`. */
  readonly cropPx: number
}

/**
 * The whole pixels that RAFNet cuts out for a box (x1, y1, x2, y2 in px as stored, even inverted): corners cut towards zero
 * and to the photo. null where nothing is left of it, or a corner is no number.
 */
export function cropRegion(
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  photo: { readonly widthPx: number; readonly heightPx: number },
): PixelRegion | null {
  const left = Math.max(0, Math.trunc(x1))
  const top = Math.max(0, Math.trunc(y1))
  const right = Math.min(photo.widthPx, Math.trunc(x2))
  const bottom = Math.min(photo.heightPx, Math.trunc(y2))
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

/**
 * One student's pixels as planes, uint8 [3, crop, crop] from `offset` on: torchvision's Resize(S) and CenterCrop of the region,
 * which equal Pillow's bytes.
 */
export function cropPlanes(
  pixels: RgbaPixels,
  region: PixelRegion,
  { resizePx, filter, cropPx }: CropRule,
  target: Uint8Array,
  offset: number,
): void {
  const { width, height } = resizedSize(region, resizePx)
  const part = { x: middle(width, cropPx), y: middle(height, cropPx), width: cropPx, height: cropPx }
  resizeRegion(pixels, region, { filter, width, height, part }, target, offset)
}

/** torchvision's Resize(S): the longer side is cut to whole pixels. */
function resizedSize({ width, height }: PixelRegion, shorter: number): { width: number; height: number } {
  const longer = Math.trunc((shorter * Math.max(width, height)) / Math.min(width, height))
  return width <= height ? { width: shorter, height: longer } : { width: longer, height: shorter }
}

/** torchvision's CenterCrop: Python's round, which takes halves to the even number. */
function middle(size: number, crop: number): number {
  const offset = (size - crop) / 2
  const rounded = Math.round(offset)
  return rounded - offset === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}
