import { boxSize, uprightBox, type Box, type Size } from './box.ts'

/** Whole px of the upright image; always inside it and at least 1 × 1. */
export interface CropRectangle {
  readonly left: number
  readonly top: number
  readonly widthPx: number
  readonly heightPx: number
}

/** First px and count of whole px that cover [low, high] inside [0, limit], or null where they do not meet. */
function cover(low: number, high: number, limit: number): { start: number; count: number } | null {
  if (!(high >= 0 && low <= limit && limit >= 1)) return null
  const start = Math.min(Math.max(0, Math.floor(low)), limit - 1)
  const end = Math.max(start + 1, Math.min(limit, Math.ceil(high)))
  return { start, count: end - start }
}

/**
 * The part of the photo to show as a student's thumbnail: the upright box with `marginFraction` of its own width and
 * height added on each side, grown to whole px and cut at the photo's edges. Null where that lies wholly outside the
 * photo.
 */
export function cropAround(box: Box, marginFraction: number, image: Size): CropRectangle | null {
  const { x1, y1, x2, y2 } = uprightBox(box)
  const { widthPx, heightPx } = boxSize(box)
  const across = cover(x1 - widthPx * marginFraction, x2 + widthPx * marginFraction, image.widthPx)
  const down = cover(y1 - heightPx * marginFraction, y2 + heightPx * marginFraction, image.heightPx)
  if (!across || !down) return null
  return { left: across.start, top: down.start, widthPx: across.count, heightPx: down.count }
}
