import type { Point } from '#shared/geometry/box.ts'
import { pan, zoomAt, type ScaleLimits, type Viewport } from '#shared/geometry/viewport.ts'

/** The viewport after two fingers went from one pair of places to another: what lay between them stays between them. */
export function pinched(
  viewport: Viewport,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
  limits: ScaleLimits,
): Viewport {
  const from = between(before)
  const to = between(after)
  const apart = distance(before)
  const zoomed = apart > 0 ? zoomAt(viewport, from, distance(after) / apart, limits) : viewport
  return pan(zoomed, to.x - from.x, to.y - from.y)
}

const between = ([one, other]: readonly [Point, Point]): Point => ({
  x: (one.x + other.x) / 2,
  y: (one.y + other.y) / 2,
})
const distance = ([one, other]: readonly [Point, Point]): number => Math.hypot(one.x - other.x, one.y - other.y)
