import { add, dot, normalise, scale, subtract, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { project } from '../perspective.ts'
import type { HeadFrame } from '../skeleton.ts'
import { fade, shade } from './colour.ts'
import type { Look } from './look.ts'
import { circleOf, convexHull, fillHull, tracePolygon } from './painter.ts'
import type { Painter } from './painter.ts'

/** How far the head's ellipsoid reaches beyond its radius along each of its directions. */
const tall = 1.14
const wide = 0.95
const deep = 1.04

/** The face's outline as [azimuth, elevation] in degrees on the head: fringe, temples, cheeks, chin. */
const faceOutline: readonly (readonly [number, number])[] = [
  ...([
    [0, 30],
    [24, 33],
    [46, 27],
    [60, 12],
    [66, -8],
    [60, -26],
    [46, -44],
  ] as const),
  ...([
    [24, -62],
    [0, -70],
    [-24, -62],
    [-46, -44],
    [-60, -26],
    [-66, -8],
    [-60, 12],
    [-46, 27],
    [-24, 33],
  ] as const),
]

/** Draws a head with its hair; the face shows as far as the head is turned to the camera. */
export function drawHead(painter: Painter, head: HeadFrame, look: Look, glow: number): void {
  const { context } = painter
  const towards = normalise(subtract(painter.camera.position, head.centre))
  const radiusPx = circleOf(painter, head.centre, head.radius).radiusPx
  const hairSize = { buzz: 1.02, short: 1.07, bob: 1.1, long: 1.09, ponytail: 1.06, bun: 1.06, curly: 1.1, hood: 1.24 }
  const outer = look.hairStyle === 'hood' ? look.cloth : look.hair
  const turnedAway = dot(head.forward, towards) < 0
  if (!turnedAway) drawHangingHair(painter, head, look)
  drawEars(painter, head, look, towards)
  const cap = silhouette(painter, head, hairSize[look.hairStyle])
  tracePolygon(painter, cap)
  context.fillStyle = outer
  context.fill()
  shineHair(painter, head, cap, radiusPx, outer)
  drawFace(painter, head, look, towards, radiusPx, glow)
  if (turnedAway) drawHangingHair(painter, head, look)
  tracePolygon(painter, cap)
  context.strokeStyle = fade('#14161c', 0.35)
  context.lineWidth = Math.max(0.5, radiusPx * 0.06)
  context.stroke()
}

/** A place on the head's surface, by angles in degrees from the middle of the face; `size` scales the head. */
function onHead(head: HeadFrame, azimuth: number, elevation: number, size: number): Vector {
  const a = (azimuth * Math.PI) / 180
  const e = (elevation * Math.PI) / 180
  const reach = head.radius * size
  return add(
    head.centre,
    add(
      add(scale(head.side, Math.sin(a) * Math.cos(e) * reach * wide), scale(head.up, Math.sin(e) * reach * tall)),
      scale(head.forward, Math.cos(a) * Math.cos(e) * reach * deep),
    ),
  )
}

function silhouette(painter: Painter, head: HeadFrame, size: number): ReturnType<typeof convexHull> {
  const points: { xPx: number; yPx: number }[] = []
  for (let elevation = -80; elevation <= 80; elevation += 20) {
    for (let azimuth = 0; azimuth < 360; azimuth += 15) {
      const low = elevation < -20 ? size - (size - 1) * 0.9 : size
      points.push(project(painter.camera, onHead(head, azimuth, elevation, low)))
    }
  }
  return convexHull(points)
}

function drawFace(
  painter: Painter,
  head: HeadFrame,
  look: Look,
  towards: Vector,
  radiusPx: number,
  glow: number,
): void {
  if (dot(head.forward, towards) < -0.55) return
  const { context } = painter
  const fringe = look.hairStyle === 'buzz' ? 14 : look.hairStyle === 'hood' ? 8 : 0
  const outline = faceOutline.map(([azimuth, elevation]) => {
    const lifted = elevation > 0 ? elevation + fringe + look.fringe * azimuth * 0.22 : elevation
    return project(painter.camera, towardsLimb(head, onHead(head, azimuth, lifted, 1.015), towards))
  })
  context.save()
  tracePolygon(painter, silhouette(painter, head, 1.01))
  context.clip()
  tracePolygon(painter, smooth(outline))
  context.fillStyle = glow > 0 ? shade(look.skin, 0.12 * glow) : look.skin
  context.fill()
  context.restore()
  drawFeatures(painter, head, look, towards, radiusPx)
  if (glow > 0) glowOnFace(painter, head, radiusPx, glow)
}

/** Points on the far side of the head slide to its rim, so that a turned face ends there. */
function towardsLimb(head: HeadFrame, point: Vector, towards: Vector): Vector {
  const offset = subtract(point, head.centre)
  const away = dot(offset, towards)
  if (away >= 0) return point
  const flat = subtract(offset, scale(towards, away))
  return add(head.centre, scale(normalise(flat), head.radius * 1.25))
}

function drawFeatures(painter: Painter, head: HeadFrame, look: Look, towards: Vector, radiusPx: number): void {
  if (radiusPx < 5) return
  const { context } = painter
  for (const side of [-1, 1]) {
    const eye = onHead(head, side * 24, -4, 1.02)
    if (dot(normalise(subtract(eye, head.centre)), towards) < 0.22) continue
    const { xPx, yPx } = project(painter.camera, eye)
    context.beginPath()
    context.ellipse(xPx, yPx, radiusPx * 0.085, radiusPx * 0.105, 0, 0, 2 * Math.PI)
    context.fillStyle = '#20222b'
    context.fill()
    context.beginPath()
    context.ellipse(xPx, yPx + radiusPx * 0.32, radiusPx * 0.17, radiusPx * 0.1, 0, 0, 2 * Math.PI)
    context.fillStyle = fade('#d9694f', 0.2)
    context.fill()
    if (!look.glasses) continue
    context.beginPath()
    context.arc(xPx, yPx, radiusPx * 0.27, 0, 2 * Math.PI)
    context.fillStyle = fade('#ffffff', 0.18)
    context.fill()
    context.strokeStyle = fade('#22252e', 0.75)
    context.lineWidth = Math.max(0.6, radiusPx * 0.05)
    context.stroke()
  }
  const mouth = onHead(head, 0, -38, 1.02)
  if (dot(normalise(subtract(mouth, head.centre)), towards) < 0.2) return
  const [from, to] = [-9, 9].map((azimuth) => project(painter.camera, onHead(head, azimuth, -37, 1.02)))
  context.beginPath()
  context.moveTo(from!.xPx, from!.yPx)
  const middle = project(painter.camera, mouth)
  context.quadraticCurveTo(middle.xPx, middle.yPx + radiusPx * 0.08, to!.xPx, to!.yPx)
  context.strokeStyle = fade(shade(look.skin, -0.55), 0.8)
  context.lineWidth = Math.max(0.6, radiusPx * 0.055)
  context.stroke()
}

function drawEars(painter: Painter, head: HeadFrame, look: Look, towards: Vector): void {
  if (['long', 'bob', 'hood', 'curly'].includes(look.hairStyle)) return
  for (const azimuth of [-92, 92]) {
    const ear = onHead(head, azimuth, -8, 1.04)
    if (dot(normalise(subtract(ear, head.centre)), towards) < -0.35) continue
    fillHull(painter, [circleOf(painter, ear, head.radius * 0.2)], shade(look.skin, -0.08))
  }
}

/** Hair that hangs or is tied at the back: behind the face, or before the head of someone who turned away. */
function drawHangingHair(painter: Painter, head: HeadFrame, look: Look): void {
  const dark = shade(look.hair, -0.2)
  const ball = (azimuth: number, elevation: number, reach: number, size: number) =>
    circleOf(painter, onHead(head, azimuth, elevation, reach), head.radius * size)
  if (look.hairStyle === 'bob') {
    fillHull(painter, [ball(-95, -42, 0.9, 0.36), ball(95, -42, 0.9, 0.36), ball(180, -20, 0.6, 0.8)], dark)
  } else if (look.hairStyle === 'long') {
    const low = add(head.centre, scale(head.up, -head.radius * 2.1))
    const back = scale(head.forward, -head.radius * 0.35)
    const lock = (sign: number) => add(add(low, back), scale(head.side, sign * head.radius * 0.62))
    const ends = [-1, 1].map((sign) => circleOf(painter, lock(sign), head.radius * 0.42))
    fillHull(painter, [ball(-95, 0, 0.6, 0.5), ball(95, 0, 0.6, 0.5), ...ends], dark)
  } else if (look.hairStyle === 'bun') {
    fillHull(painter, [ball(180, 62, 1.22, 0.42)], dark, fade('#14161c', 0.3))
  } else if (look.hairStyle === 'ponytail') {
    const tail = add(onHead(head, 180, 0, 1.5), vector(0, 0, -head.radius * 0.9))
    fillHull(painter, [ball(180, 35, 1.12, 0.3), circleOf(painter, tail, head.radius * 0.24)], dark)
  } else if (look.hairStyle === 'curly') {
    for (const azimuth of [-110, -70, 70, 110, 150, 210]) fillHull(painter, [ball(azimuth, 10, 0.92, 0.46)], dark)
    for (const azimuth of [-60, 0, 60, 180]) fillHull(painter, [ball(azimuth, 58, 0.9, 0.48)], look.hair)
  }
}

/** A soft light on the crown, from the ceiling. */
function shineHair(
  painter: Painter,
  head: HeadFrame,
  cap: ReturnType<typeof convexHull>,
  radiusPx: number,
  colour: string,
): void {
  const { context, camera } = painter
  const top = project(
    camera,
    add(head.centre, add(vector(0, 0, head.radius * 0.75), scale(camera.right, -head.radius * 0.3))),
  )
  const light = context.createRadialGradient(top.xPx, top.yPx, 0, top.xPx, top.yPx, radiusPx * 1.25)
  light.addColorStop(0, fade(shade(colour, 0.32), 0.7))
  light.addColorStop(1, fade(colour, 0))
  context.save()
  tracePolygon(painter, cap)
  context.clip()
  context.fillStyle = light
  context.fillRect(top.xPx - radiusPx * 2, top.yPx - radiusPx * 2, radiusPx * 4, radiusPx * 4)
  context.restore()
}

function glowOnFace(painter: Painter, head: HeadFrame, radiusPx: number, glow: number): void {
  const { context } = painter
  const chin = project(painter.camera, onHead(head, 0, -40, 1))
  const light = context.createRadialGradient(chin.xPx, chin.yPx, 0, chin.xPx, chin.yPx, radiusPx * 1.2)
  light.addColorStop(0, fade('#aee6ff', 0.22 * glow))
  light.addColorStop(1, fade('#9fe3ff', 0))
  context.save()
  tracePolygon(painter, silhouette(painter, head, 1.01))
  context.clip()
  context.fillStyle = light
  context.fillRect(chin.xPx - radiusPx * 2, chin.yPx - radiusPx * 2, radiusPx * 4, radiusPx * 4)
  context.restore()
}

/** A closed curve through the corners' midpoints (Chaikin's corner cutting, twice). */
function smooth(points: readonly { xPx: number; yPx: number }[]): readonly { xPx: number; yPx: number }[] {
  let current = points
  for (let pass = 0; pass < 2; pass++) {
    current = current.flatMap((point, index) => {
      const next = current[(index + 1) % current.length]!
      const at = (share: number) => ({
        xPx: point.xPx * (1 - share) + next.xPx * share,
        yPx: point.yPx * (1 - share) + next.yPx * share,
      })
      return [at(0.25), at(0.75)]
    })
  }
  return current
}
