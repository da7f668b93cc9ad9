import type { CanvasGradient, SKRSContext2D } from '@napi-rs/canvas'
import { project, vector } from '../perspective.ts'
import type { Camera, Projected, Vector } from '../perspective.ts'
import { shade } from './colour.ts'

export type Fill = string | CanvasGradient

/** A canvas and the camera that says where the room's metres fall on it. */
export interface Painter {
  readonly context: SKRSContext2D
  readonly camera: Camera
}

/** A circle in the picture, in pixels. */
export interface Circle {
  readonly xPx: number
  readonly yPx: number
  readonly radiusPx: number
}

/** A ball of the room as the circle it covers in the picture (perspective stretch of balls is ignored). */
export function circleOf(painter: Painter, centre: Vector, radius: number): Circle {
  const { xPx, yPx, pxPerMetre } = project(painter.camera, centre)
  return { xPx, yPx, radiusPx: radius * pxPerMetre }
}

/** Fills a flat polygon of the room. */
export function fillFace(painter: Painter, corners: readonly Vector[], fill: Fill): void {
  tracePolygon(
    painter,
    corners.map((corner) => project(painter.camera, corner)),
  )
  painter.context.fillStyle = fill
  painter.context.fill()
}

/** Draws a line through places of the room, as wide as `width` metres are at its middle. */
export function strokeLine(painter: Painter, places: readonly Vector[], width: number, colour: string): void {
  const { context, camera } = painter
  const points = places.map((place) => project(camera, place))
  context.beginPath()
  for (const [index, { xPx, yPx }] of points.entries()) {
    if (index === 0) context.moveTo(xPx, yPx)
    else context.lineTo(xPx, yPx)
  }
  context.strokeStyle = colour
  context.lineWidth = Math.max(0.6, width * points[Math.floor(points.length / 2)]!.pxPerMetre)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.stroke()
}

/** Fills an upright box between two corners: top light, the face towards the camera middling, the sides dark. */
export function fillBox(painter: Painter, low: Vector, high: Vector, colour: string): void {
  const { position } = painter.camera
  const at = (x: number, y: number, z: number): Vector => vector(x, y, z)
  const side = position.x < low.x ? low.x : position.x > high.x ? high.x : null
  if (side !== null) {
    const face = [at(side, low.y, low.z), at(side, high.y, low.z), at(side, high.y, high.z), at(side, low.y, high.z)]
    fillFace(painter, face, shade(colour, -0.28))
  }
  const y = low.y
  const front = [at(low.x, y, low.z), at(high.x, y, low.z), at(high.x, y, high.z), at(low.x, y, high.z)]
  fillFace(painter, front, shade(colour, -0.14))
  const z = high.z
  if (position.z > z) {
    fillFace(painter, [at(low.x, low.y, z), at(high.x, low.y, z), at(high.x, high.y, z), at(low.x, high.y, z)], colour)
  }
}

/** Fills the smooth outline around several circles, like a sheet drawn tight over balls. */
export function fillHull(painter: Painter, circles: readonly Circle[], fill: Fill, outline?: string): void {
  const { context } = painter
  const rim = circles.flatMap(({ xPx, yPx, radiusPx }) =>
    Array.from({ length: 28 }, (_, index) => {
      const angle = (index / 28) * 2 * Math.PI
      return { xPx: xPx + radiusPx * Math.cos(angle), yPx: yPx + radiusPx * Math.sin(angle) }
    }),
  )
  tracePolygon(painter, convexHull(rim))
  context.fillStyle = fill
  context.fill()
  if (outline !== undefined) {
    context.strokeStyle = outline
    context.lineWidth = Math.max(0.5, Math.max(...circles.map(({ radiusPx }) => radiusPx)) * 0.05)
    context.stroke()
  }
}

type Point = Pick<Projected, 'xPx' | 'yPx'>

/** Starts a closed path through points of the picture, for the caller to fill, stroke or clip. */
export function tracePolygon(painter: Painter, points: readonly Point[]): void {
  const { context } = painter
  context.beginPath()
  for (const [index, { xPx, yPx }] of points.entries()) {
    if (index === 0) context.moveTo(xPx, yPx)
    else context.lineTo(xPx, yPx)
  }
  context.closePath()
}

/** The convex hull of points, in order around it (Andrew's monotone chain). */
export function convexHull(points: readonly Point[]): readonly Point[] {
  const sorted = points.toSorted((a, b) => a.xPx - b.xPx || a.yPx - b.yPx)
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.toReversed())]
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.xPx - a.xPx) * (c.yPx - a.yPx) - (b.yPx - a.yPx) * (c.xPx - a.xPx)
}
