import { uprightBox, type Box, type Size } from './box.ts'

/** The eight places a hand can take a box by, named like a compass with north up. */
export const boxHandles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const

export type BoxHandle = (typeof boxHandles)[number]

/**
 * The shift kept from pushing an edge out of the photo; a box that already hangs out may stay or come in, never go
 * further.
 */
function allowedShift(shift: number, low: number, high: number, limit: number): number {
  return Math.min(Math.max(shift, Math.min(0, -low)), Math.max(0, limit - high))
}

/** The upright box moved by (dx, dy) px at its size, kept inside the photo where one is given. */
export function moveBox(box: Box, dx: number, dy: number, image?: Size): Box {
  const { x1, y1, x2, y2 } = uprightBox(box)
  const shiftX = image ? allowedShift(dx, x1, x2, image.widthPx) : dx
  const shiftY = image ? allowedShift(dy, y1, y2, image.heightPx) : dy
  return { x1: x1 + shiftX, y1: y1 + shiftY, x2: x2 + shiftX, y2: y2 + shiftY }
}

/**
 * The upright box with the edges of one handle moved by (dx, dy) px. An edge stops `minimumPx` before the opposite one
 * and never passes it, so a box cannot be turned inside out by hand; the other edges stay where they are.
 */
export function resizeBox(box: Box, handle: BoxHandle, dx: number, dy: number, minimumPx: number): Box {
  const { x1, y1, x2, y2 } = uprightBox(box)
  return {
    x1: handle.includes('w') ? Math.min(x1 + dx, x2 - minimumPx) : x1,
    y1: handle.includes('n') ? Math.min(y1 + dy, y2 - minimumPx) : y1,
    x2: handle.includes('e') ? Math.max(x2 + dx, x1 + minimumPx) : x2,
    y2: handle.includes('s') ? Math.max(y2 + dy, y1 + minimumPx) : y2,
  }
}
