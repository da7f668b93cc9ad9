import { mix } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { onFront } from '../skeleton.ts'
import type { Skeleton } from '../skeleton.ts'
import { fade, shade } from './colour.ts'
import type { Look } from './look.ts'
import { circleOf, convexHull, fillFace, fillHull, strokeLine, tracePolygon } from './painter.ts'
import type { Circle, Painter } from './painter.ts'

/** Draws the pattern of the clothes inside a body's outline; from behind, only what goes all round. */
export function drawClothes(
  painter: Painter,
  skeleton: Skeleton,
  look: Look,
  body: readonly Circle[],
  front: boolean,
): void {
  const { context } = painter
  context.save()
  clipToBody(painter, body)
  const at = (share: number, side: number): Vector => onFront(skeleton, share, side)
  const line = (from: Vector, to: Vector, width: number, colour: string): void => {
    strokeLine(painter, [from, to], width, colour)
  }
  if (look.clothing === 'stripes') {
    for (const share of [0.3, 0.5, 0.7]) line(at(share, -0.3), at(share, 0.3), 0.045, look.trim)
  } else if (look.clothing === 'sweater') {
    line(at(0.62, -0.3), at(0.62, 0.3), 0.09, look.trim)
    line(at(0.62, -0.3), at(0.62, 0.3), 0.03, shade(look.cloth, -0.2))
  } else if (look.clothing === 'uniform') {
    fillFace(painter, [at(0.74, -0.3), at(0.74, 0.3), at(1.2, 0.3), at(1.2, -0.3)], look.trim)
    line(at(0.7, -0.3), at(0.7, 0.3), 0.018, '#d9534f')
  }
  if (front) drawFront(painter, look, at)
  context.restore()
  if (look.clothing === 'hoodie' && look.hairStyle !== 'hood') drawHoodCollar(painter, skeleton, look)
}

function drawFront(painter: Painter, look: Look, at: (share: number, side: number) => Vector): void {
  if (look.clothing === 'uniform') {
    strokeLine(painter, [at(0.95, 0), at(0.1, 0)], 0.018, fade(look.trim, 0.75))
    strokeLine(painter, [at(1.0, -0.08), at(0.86, 0), at(1.0, 0.08)], 0.03, look.cloth)
  } else if (look.clothing === 'jacket') {
    fillFace(painter, [at(1.02, -0.07), at(1.02, 0.07), at(0.2, 0.05), at(0.2, -0.05)], look.trim)
    strokeLine(painter, [at(1, -0.07), at(0.2, -0.05)], 0.022, shade(look.cloth, -0.25))
    strokeLine(painter, [at(1, 0.07), at(0.2, 0.05)], 0.022, shade(look.cloth, -0.25))
  } else if (look.clothing === 'shirt') {
    fillFace(painter, [at(1.03, -0.06), at(1.03, 0.06), at(0.86, 0)], look.skin)
    strokeLine(painter, [at(1.0, -0.07), at(0.85, 0), at(1.0, 0.07)], 0.035, shade(look.cloth, 0.35))
    for (const share of [0.72, 0.55, 0.38])
      strokeLine(painter, [at(share, 0), at(share, 0)], 0.022, shade(look.cloth, -0.35))
  } else if (look.clothing === 'hoodie') {
    strokeLine(painter, [at(0.92, -0.035), at(0.68, -0.045)], 0.013, look.trim)
    strokeLine(painter, [at(0.92, 0.035), at(0.66, 0.045)], 0.013, look.trim)
    strokeLine(
      painter,
      [at(0.36, -0.11), at(0.2, -0.14), at(0.2, 0.14), at(0.36, 0.11)],
      0.014,
      shade(look.cloth, -0.25),
    )
  } else {
    const neckline = [at(0.98, -0.075), at(0.9, 0), at(0.98, 0.075)]
    strokeLine(painter, neckline, 0.03, look.clothing === 'sweater' ? shade(look.cloth, -0.25) : look.trim)
  }
}

function drawHoodCollar(painter: Painter, skeleton: Skeleton, look: Look): void {
  const neck = mix(skeleton.chest, skeleton.neck, 0.94)
  const circles = [-0.075, 0.075].map((side) => circleOf(painter, { ...neck, x: neck.x + side }, 0.065))
  fillHull(painter, circles, shade(look.cloth, -0.16), fade('#14161c', 0.25))
}

function clipToBody(painter: Painter, body: readonly Circle[]): void {
  const rim = body.flatMap(({ xPx, yPx, radiusPx }) =>
    Array.from({ length: 20 }, (_, index) => ({
      xPx: xPx + radiusPx * Math.cos((index / 20) * 2 * Math.PI),
      yPx: yPx + radiusPx * Math.sin((index / 20) * 2 * Math.PI),
    })),
  )
  tracePolygon(painter, convexHull(rim))
  painter.context.clip()
}
