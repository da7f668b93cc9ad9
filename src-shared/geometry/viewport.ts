import type { Box, Point, Size } from './box.ts'

/** How the photo lies in the view: view px = image px × scale + offset. */
export interface Viewport {
  /** View px per image px; 1 is 100 %. */
  readonly scale: number
  readonly offsetX: number
  readonly offsetY: number
}

export interface ScaleLimits {
  readonly minimum: number
  readonly maximum: number
}

export function toView(viewport: Viewport, image: Point): Point {
  return { x: image.x * viewport.scale + viewport.offsetX, y: image.y * viewport.scale + viewport.offsetY }
}

export function toImage(viewport: Viewport, view: Point): Point {
  return { x: (view.x - viewport.offsetX) / viewport.scale, y: (view.y - viewport.offsetY) / viewport.scale }
}

/**
 * The whole photo, centred, with `paddingPx` of the view left free around it; 100 % and no offset where either has no
 * area.
 */
export function fitViewport(image: Size, view: Size, paddingPx = 0): Viewport {
  const widthPx = view.widthPx - 2 * paddingPx
  const heightPx = view.heightPx - 2 * paddingPx
  const scale = Math.min(widthPx / image.widthPx, heightPx / image.heightPx)
  if (!(scale > 0 && Number.isFinite(scale))) return { scale: 1, offsetX: 0, offsetY: 0 }
  return {
    scale,
    offsetX: (view.widthPx - image.widthPx * scale) / 2,
    offsetY: (view.heightPx - image.heightPx * scale) / 2,
  }
}

/** Scaled by `factor` within the limits, with the image point under `point` (view px) staying under it. */
export function zoomAt(viewport: Viewport, point: Point, factor: number, limits: ScaleLimits): Viewport {
  const scale = Math.min(Math.max(viewport.scale * factor, limits.minimum), limits.maximum)
  const ratio = scale / viewport.scale
  return {
    scale,
    offsetX: point.x - (point.x - viewport.offsetX) * ratio,
    offsetY: point.y - (point.y - viewport.offsetY) * ratio,
  }
}

/** Moved by (dx, dy) view px. */
export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return { scale: viewport.scale, offsetX: viewport.offsetX + dx, offsetY: viewport.offsetY + dy }
}

function clampOffset(offset: number, shownPx: number, viewPx: number, keepPx: number): number {
  const keep = Math.min(keepPx, shownPx, viewPx)
  return Math.min(Math.max(offset, keep - shownPx), viewPx - keep)
}

/**
 * The nearest offsets at which `keepPx` view px of the photo (all of a smaller one) stay in sight on both axes: it
 * cannot be lost.
 */
export function clampViewport(viewport: Viewport, image: Size, view: Size, keepPx = 64): Viewport {
  const { scale, offsetX, offsetY } = viewport
  return {
    scale,
    offsetX: clampOffset(offsetX, image.widthPx * scale, view.widthPx, keepPx),
    offsetY: clampOffset(offsetY, image.heightPx * scale, view.heightPx, keepPx),
  }
}

/** The part of the image plane that the view shows, in image px: what lies outside it need not be drawn. */
export function visibleBox(viewport: Viewport, view: Size): Box {
  const topLeft = toImage(viewport, { x: 0, y: 0 })
  const bottomRight = toImage(viewport, { x: view.widthPx, y: view.heightPx })
  return { x1: topLeft.x, y1: topLeft.y, x2: bottomRight.x, y2: bottomRight.y }
}
