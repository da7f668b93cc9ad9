import { centre } from '#shared/geometry/box.ts'
import type { Box, Point, Size } from '#shared/geometry/box.ts'
import { roundHalfEven } from './round-half-even.ts'

/** What the network sees of a student. */
export const cliffInput = { widthPx: 192, heightPx: 256 } as const

/** Whole px of the photo, right and bottom excluded; may reach beyond it. */
interface PixelWindow {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The crop of one student as CLIFF cuts it. */
export interface CliffCrop {
  /** Of the box, in px of the upright photo. */
  readonly centre: Point
  /** Height of the crop in px before rounding, 1.1 × the box fitted into 3:4; not positive for a box without any extent. */
  readonly sizePx: number
  /** null where nothing can be cut out: a size of 0 or less, a number that is none, or less than one pixel. */
  readonly window: PixelWindow | null
}

const referencePx = 200
const margin = 1.1
const aspect = cliffInput.heightPx / cliffInput.widthPx

/**
 * CLIFF's crop (Li et al. 2022) of a box as it is stored: an inverted box keeps its negative side, as the authors' code
 * does. Steps and their order follow `bbox_from_detector` and `transform` there, so that a coordinate that ends on a half
 * is rounded as it is there.
 */
export function cliffCrop(box: Box): CliffCrop {
  const middle = centre(box)
  const scale = (Math.max((box.x2 - box.x1) * aspect, box.y2 - box.y1) / referencePx) * margin
  const height = referencePx * scale
  const horizontal = edges(middle.x, height / aspect, cliffInput.widthPx)
  const vertical = edges(middle.y, height, cliffInput.heightPx)
  const window = { left: horizontal.start, top: vertical.start, right: horizontal.end, bottom: vertical.end }
  const cuts = height > 0 && window.right > window.left && window.bottom > window.top
  return { centre: middle, sizePx: height, window: cuts ? window : null }
}

/** Where 0 and `pixels` of the crop lie in the photo: the inverse of x' = pixels · ((x − middle) / extent + ½), rounded. */
function edges(middle: number, extent: number, pixels: number): { readonly start: number; readonly end: number } {
  const slope = pixels / extent
  const start = -(pixels * (-middle / extent + 0.5)) / slope
  return { start: roundHalfEven(start), end: roundHalfEven((1 / slope) * pixels + start) }
}

/** CLIFF's estimate where the camera's focal length is not known. */
const focalLengthPx = 5000
const centreScale = 2.8
const sizeCentre = 0.24
const sizeScale = 0.06

/**
 * Where a crop lies in its photo, as the network is told: ((cx − W/2)/f · 2.8, (cy − H/2)/f · 2.8, (s − 0.24 f)/(0.06 f)). A
 * box with a coordinate that is no number counts as one of size 0 in the upper left corner, so that it cannot spoil the
 * vectors of its whole scene.
 */
export function boxNumbers(crop: CliffCrop, photo: Size): [number, number, number] {
  const { x, y } = crop.centre
  const { sizePx } = crop
  if (!Number.isFinite(x + y + sizePx)) return boxNumbers({ centre: { x: 0, y: 0 }, sizePx: 0, window: null }, photo)
  return [
    ((x - photo.widthPx / 2) / focalLengthPx) * centreScale,
    ((y - photo.heightPx / 2) / focalLengthPx) * centreScale,
    (sizePx - sizeCentre * focalLengthPx) / (sizeScale * focalLengthPx),
  ]
}
