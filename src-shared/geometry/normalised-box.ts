import type { Box, Size } from './box.ts'

/** Centre and size as shares of the photo's width and height, as RAFNet's `bbox_cxcywh_norm` holds them. */
export interface NormalisedBox {
  readonly cx: number
  readonly cy: number
  readonly w: number
  readonly h: number
}

/**
 * RAFNet's least width and height before it divides: an inverted box becomes 1e-6 px high, 1.39e-9 of a 720 px photo.
 */
const leastSidePx = 1e-6

/**
 * RAFNet's normalised form of a stored box, in float64: (cx/W, cy/H, w/W, h/H). The corners are taken as stored, so
 * that an inverted box gets the same almost-zero side that RAFNet's model was fed.
 */
export function toNormalisedBox(box: Box, image: Size): NormalisedBox {
  return {
    cx: (box.x1 + box.x2) / 2 / image.widthPx,
    cy: (box.y1 + box.y2) / 2 / image.heightPx,
    w: Math.max(leastSidePx, box.x2 - box.x1) / image.widthPx,
    h: Math.max(leastSidePx, box.y2 - box.y1) / image.heightPx,
  }
}

/**
 * Corners in px. The inverse of `toNormalisedBox` except for inverted and empty boxes, whose size the normalised form
 * has lost.
 */
export function fromNormalisedBox(normalised: NormalisedBox, image: Size): Box {
  const { cx, cy, w, h } = normalised
  return {
    x1: (cx - w / 2) * image.widthPx,
    y1: (cy - h / 2) * image.heightPx,
    x2: (cx + w / 2) * image.widthPx,
    y2: (cy + h / 2) * image.heightPx,
  }
}
