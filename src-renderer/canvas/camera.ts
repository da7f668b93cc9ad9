import { centre, uprightBox, type Box, type Point, type Size } from '#shared/geometry/box.ts'
import {
  clampViewport,
  fitViewport,
  pan,
  visibleBox,
  zoomAt,
  type ScaleLimits,
  type Viewport,
} from '#shared/geometry/viewport.ts'

const fitPaddingPx = 16
const largestScale = 16
/** How much of the view stays free beside a student that was brought into sight. */
const revealMarginPx = 40

/** How a photo is looked at. Panes follow it directly: a pan or zoom passes no reactive state on its way to the screen. */
export interface Camera {
  readonly viewport: () => Viewport
  readonly view: () => Size
  /** Takes a new photo and shows the whole of it. */
  setPhoto(photo: Size): void
  /** Takes the size of the view; a photo that was fitted stays fitted. */
  setView(view: Size): void
  look(viewport: Viewport): void
  /** Zooms by a factor about a point of the view, its centre unless told. */
  zoomBy(factor: number, at?: Point): void
  fit(): void
  actualSize(): void
  /** Pans the shortest way to have the box in sight; a photo that shows it already stays where it is. */
  reveal(box: Box): void
  follow(listener: () => void): () => void
}

export function createCamera(): Camera {
  let photo: Size = { widthPx: 1, heightPx: 1 }
  let view: Size = { widthPx: 0, heightPx: 0 }
  let viewport: Viewport = { scale: 1, offsetX: 0, offsetY: 0 }
  let fitted = true
  const listeners = new Set<() => void>()

  function take(next: Viewport, isFit: boolean): void {
    viewport = isFit ? next : clampViewport(next, photo, view)
    fitted = isFit
    for (const listener of listeners) listener()
  }
  const fitting = (): Viewport => fitViewport(photo, view, fitPaddingPx)
  const limits = (): ScaleLimits => ({ minimum: Math.min(1, fitting().scale) / 2, maximum: largestScale })
  const middle = (): Point => ({ x: view.widthPx / 2, y: view.heightPx / 2 })
  const fit = (): void => take(fitting(), true)

  return {
    viewport: () => viewport,
    view: () => view,
    setPhoto: (next) => {
      photo = next
      fit()
    },
    setView: (next) => {
      if (next.widthPx === view.widthPx && next.heightPx === view.heightPx) return
      const before = middle()
      view = next
      if (fitted) fit()
      else take(pan(viewport, middle().x - before.x, middle().y - before.y), false)
    },
    look: (next) => take(next, false),
    zoomBy: (factor, at = middle()) => take(zoomAt(viewport, at, factor, limits()), false),
    fit,
    actualSize: () => take(zoomAt(viewport, middle(), 1 / viewport.scale, limits()), false),
    reveal: (box) => {
      const { dx, dy } = wayToReveal(box, viewport, view)
      if (dx !== 0 || dy !== 0) take(pan(viewport, dx, dy), false)
    },
    follow: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The pan in view px that brings the box inside the view, as far as it fits; by its centre where it is larger than the view. */
export function wayToReveal(box: Box, viewport: Viewport, view: Size): { readonly dx: number; readonly dy: number } {
  const seen = visibleBox(viewport, view)
  const { x1, y1, x2, y2 } = uprightBox(box)
  const margin = revealMarginPx / viewport.scale
  const middle = centre(box)
  const shift = (low: number, high: number, at: number, seenLow: number, seenHigh: number): number => {
    if (low >= seenLow && high <= seenHigh) return 0
    if (high - low + 2 * margin > seenHigh - seenLow) return (seenLow + seenHigh) / 2 - at
    return low < seenLow ? seenLow - low + margin : seenHigh - high - margin
  }
  return {
    dx: shift(x1, x2, middle.x, seen.x1, seen.x2) * viewport.scale || 0,
    dy: shift(y1, y2, middle.y, seen.y1, seen.y2) * viewport.scale || 0,
  }
}
