/** A point in px of the upright image (after EXIF rotation), unless a function says another space. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Two corners in px of the upright image. As stored a box may be inverted (x1 > x2 or y1 > y2): models must see the
 * stored corners, so nothing here changes a box in place. Measures (`area`, `centre`, overlap) are those of the
 * upright box.
 */
export interface Box {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

export type BoxIssue = 'inverted' | 'empty' | 'outside'

/** The same rectangle with x1 ≤ x2 and y1 ≤ y2. */
export function uprightBox(box: Box): Box {
  return {
    x1: Math.min(box.x1, box.x2),
    y1: Math.min(box.y1, box.y2),
    x2: Math.max(box.x1, box.x2),
    y2: Math.max(box.y1, box.y2),
  }
}

export function isInverted(box: Box): boolean {
  return box.x1 > box.x2 || box.y1 > box.y2
}

/**
 * What is wrong with a stored box in a photo of this size, or null. `inverted`: corners swapped on an axis; `empty`:
 * no area, or a coordinate that is not a number; `outside`: reaches beyond the photo, wholly or in part. The first
 * that applies, in this order.
 */
export function boxIssue(box: Box, widthPx: number, heightPx: number): BoxIssue | null {
  if (isInverted(box)) return 'inverted'
  const hasArea = box.x2 - box.x1 > 0 && box.y2 - box.y1 > 0
  if (!hasArea) return 'empty'
  return box.x1 < 0 || box.y1 < 0 || box.x2 > widthPx || box.y2 > heightPx ? 'outside' : null
}

export function centre(box: Box): Point {
  return { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 }
}

export function boxSize(box: Box): Size {
  return { widthPx: Math.abs(box.x2 - box.x1), heightPx: Math.abs(box.y2 - box.y1) }
}

/** Area in square px, never negative. */
export function area(box: Box): number {
  const { widthPx, heightPx } = boxSize(box)
  return widthPx * heightPx
}

/** Intersection over union, 0 to 1; 0 where neither box has an area. */
export function intersectionOverUnion(first: Box, second: Box): number {
  const a = uprightBox(first)
  const b = uprightBox(second)
  const widthPx = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  const heightPx = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  const shared = widthPx > 0 && heightPx > 0 ? widthPx * heightPx : 0
  const union = area(a) + area(b) - shared
  return union > 0 ? shared / union : 0
}

/** Whether the point lies in the box or on its edge. */
export function containsPoint(box: Box, point: Point): boolean {
  const { x1, y1, x2, y2 } = uprightBox(box)
  return point.x >= x1 && point.x <= x2 && point.y >= y1 && point.y <= y2
}

/**
 * Indices, in order, of the boxes that overlap the marquee or share an edge with it; the marquee may be dragged any
 * way round.
 */
export function boxesTouching(boxes: readonly Box[], marquee: Box): number[] {
  const frame = uprightBox(marquee)
  return boxes.flatMap((stored, index) => {
    const box = uprightBox(stored)
    const touches = box.x1 <= frame.x2 && box.x2 >= frame.x1 && box.y1 <= frame.y2 && box.y2 >= frame.y1
    return touches ? [index] : []
  })
}

/** The upright part of the box that lies in the photo, or null where none of its area does. */
export function clipBox(box: Box, image: Size): Box | null {
  const { x1, y1, x2, y2 } = uprightBox(box)
  const clipped = {
    x1: Math.max(0, x1),
    y1: Math.max(0, y1),
    x2: Math.min(image.widthPx, x2),
    y2: Math.min(image.heightPx, y2),
  }
  return clipped.x2 > clipped.x1 && clipped.y2 > clipped.y1 ? clipped : null
}
