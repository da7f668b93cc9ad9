import { boxSize, centre, type Box, type Size } from '#shared/geometry/box.ts'

/** A part of the photo, in px of the upright image. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How much of the photo is shown around a student, in heights and widths of the box. */
const heights = 3
const widths = 3.2
/** A tiny box of a far row is not blown up to single px. */
const smallestPx = 180

/**
 * The student with the neighbours beside it, in the shape of the place where it is shown (`aspect`: width over height). It stays inside
 * the photo where the photo is large enough.
 */
export function regionAround(box: Box, photo: Size, aspect: number): Region {
  const isKnown = photo.widthPx > 0 && photo.heightPx > 0
  if (!Object.values(box).every(Number.isFinite)) return fit({ x: 0, y: 0 }, photo.heightPx || 1, aspect)
  const { widthPx, heightPx } = boxSize(box)
  const wanted = Math.max(heights * heightPx, (widths * widthPx) / aspect, smallestPx)
  const all = Math.max(photo.heightPx, photo.widthPx / aspect)
  const height = isKnown ? Math.min(wanted, all) : wanted
  const width = height * aspect
  const middle = centre(box)
  const corner = { x: middle.x - width / 2, y: middle.y - height / 2 }
  if (!isKnown) return fit(corner, height, aspect)
  return fit({ x: inside(corner.x, width, photo.widthPx), y: inside(corner.y, height, photo.heightPx) }, height, aspect)
}

const fit = ({ x, y }: { x: number; y: number }, height: number, aspect: number): Region => ({
  x,
  y,
  width: height * aspect,
  height,
})

/** Shifted to within [0, limit]; in the middle where it does not fit. */
const inside = (start: number, length: number, limit: number): number =>
  length >= limit ? (limit - length) / 2 : Math.min(Math.max(start, 0), limit - length)

/** A box as shares of the region, in percent: where a mark lies over the picture. */
export function shareOfRegion({ x1, y1, x2, y2 }: Box, region: Region) {
  return {
    left: `${(100 * (Math.min(x1, x2) - region.x)) / region.width}%`,
    top: `${(100 * (Math.min(y1, y2) - region.y)) / region.height}%`,
    width: `${(100 * Math.abs(x2 - x1)) / region.width}%`,
    height: `${(100 * Math.abs(y2 - y1)) / region.height}%`,
  }
}
