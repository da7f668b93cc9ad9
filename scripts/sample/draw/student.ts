import { deskHeight } from '../classroom.ts'
import { add, mix, vector } from '../perspective.ts'
import type { SceneStudent } from '../scene.ts'
import type { Arm, Skeleton } from '../skeleton.ts'
import { drawClothes } from './clothes.ts'
import { fade, shade } from './colour.ts'
import { drawHead } from './head.ts'
import type { Look } from './look.ts'
import { circleOf, fillHull, strokeLine } from './painter.ts'
import type { Painter } from './painter.ts'
import { drawHeldProps } from './props.ts'

const outline = fade('#14161c', 0.32)

/** Draws what the desk will partly cover: legs, back and chest; of students who turn or duck, everything. */
export function drawStudentBehindDesk(painter: Painter, student: SceneStudent, look: Look): void {
  const { skeleton, posture } = student
  drawLegs(painter, student, look)
  if (posture.kind === 'turned-away' || posture.kind === 'ducking') {
    for (const arm of [skeleton.left, skeleton.right]) drawArm(painter, arm, look)
    drawTorso(painter, skeleton, look, false)
    drawHead(painter, skeleton.head, look, 0)
    return
  }
  drawTorso(painter, skeleton, look, true)
}

/** Draws what reaches over the desk: leaning shoulders, head, arms and what the hands hold. */
export function drawStudentOverDesk(painter: Painter, student: SceneStudent, look: Look): void {
  const { skeleton, posture } = student
  if (posture.kind === 'turned-away' || posture.kind === 'ducking') return
  if (posture.lean > 0.2) drawShoulders(painter, skeleton, look)
  else drawNeck(painter, skeleton, look)
  const glow = posture.kind.startsWith('phone') ? 1 : 0
  const headLast = posture.kind === 'asleep-on-arms' || posture.kind === 'cheek-on-desk'
  const arms = [skeleton.left, skeleton.right]
  for (const arm of arms) drawUpperArm(painter, arm, look)
  if (headLast) for (const arm of arms) drawForearm(painter, arm, look)
  drawHead(painter, skeleton.head, look, glow)
  if (!headLast) for (const arm of arms) drawForearm(painter, arm, look)
  drawHeldProps(painter, student, look)
}

function drawLegs(painter: Painter, student: SceneStudent, look: Look): void {
  const { place } = student.seat
  for (const side of [-0.1, 0.1]) {
    const knee = add(place, vector(side * 1.2, -0.42, 0.5))
    const foot = add(place, vector(side * 1.3, -0.4, 0.06))
    const thigh = [circleOf(painter, add(place, vector(side, 0, 0.5)), 0.09), circleOf(painter, knee, 0.075)]
    fillHull(painter, thigh, look.trousers)
    fillHull(painter, [circleOf(painter, knee, 0.075), circleOf(painter, foot, 0.05)], shade(look.trousers, -0.1))
    const toe = circleOf(painter, add(foot, vector(0, -0.12, -0.02)), 0.04)
    fillHull(painter, [circleOf(painter, foot, 0.05), toe], look.shoes)
  }
}

function drawTorso(painter: Painter, skeleton: Skeleton, look: Look, front: boolean): void {
  const waist = mix(skeleton.hips, skeleton.chest, 0.4)
  const circles = [
    circleOf(painter, skeleton.hips, 0.155),
    circleOf(painter, waist, 0.15),
    circleOf(painter, skeleton.left.shoulder, 0.082),
    circleOf(painter, skeleton.right.shoulder, 0.082),
    circleOf(painter, mix(skeleton.chest, skeleton.neck, 0.85), 0.085),
  ]
  fillHull(painter, circles, clothFill(painter, skeleton, look.cloth), outline)
  drawClothes(painter, skeleton, look, circles, front)
  drawNeck(painter, skeleton, look)
}

/** The upper back of someone who leans over the desk. */
function drawShoulders(painter: Painter, skeleton: Skeleton, look: Look): void {
  const low = { ...skeleton.chest, z: Math.max(skeleton.chest.z, deskHeight + 0.1) }
  const circles = [
    circleOf(painter, low, 0.14),
    circleOf(painter, skeleton.left.shoulder, 0.085),
    circleOf(painter, skeleton.right.shoulder, 0.085),
    circleOf(painter, mix(skeleton.chest, skeleton.neck, 0.85), 0.09),
  ]
  fillHull(painter, circles, clothFill(painter, skeleton, look.cloth), outline)
  drawClothes(painter, skeleton, look, circles, skeleton.neck.z > 0.98)
  drawNeck(painter, skeleton, look)
}

function drawNeck(painter: Painter, skeleton: Skeleton, look: Look): void {
  const base = mix(skeleton.chest, skeleton.neck, 0.9)
  const top = mix(skeleton.neck, skeleton.head.centre, 0.5)
  fillHull(painter, [circleOf(painter, base, 0.058), circleOf(painter, top, 0.055)], shade(look.skin, -0.12))
}

function drawArm(painter: Painter, arm: Arm, look: Look): void {
  drawUpperArm(painter, arm, look)
  drawForearm(painter, arm, look)
}

function drawUpperArm(painter: Painter, arm: Arm, look: Look): void {
  const elbow = circleOf(painter, arm.elbow, 0.058)
  fillHull(painter, [circleOf(painter, arm.shoulder, 0.078), elbow], shade(look.cloth, -0.09), outline)
  if (look.clothing === 'uniform') strokeLine(painter, [mix(arm.shoulder, arm.elbow, 0.1), arm.elbow], 0.024, look.trim)
}

function drawForearm(painter: Painter, arm: Arm, look: Look): void {
  const cuff = mix(arm.elbow, arm.hand, 0.8)
  fillHull(
    painter,
    [circleOf(painter, arm.elbow, 0.058), circleOf(painter, cuff, 0.045)],
    shade(look.cloth, -0.05),
    outline,
  )
  if (look.clothing === 'uniform') strokeLine(painter, [arm.elbow, mix(arm.elbow, arm.hand, 0.7)], 0.024, look.trim)
  if (look.clothing === 'hoodie' || look.clothing === 'sweater') {
    fillHull(painter, [circleOf(painter, cuff, 0.047)], shade(look.cloth, -0.22))
  }
  const wrist = circleOf(painter, mix(arm.elbow, arm.hand, 0.92), 0.036)
  fillHull(painter, [wrist, circleOf(painter, arm.hand, 0.044)], look.skin, outline)
}

/** Cloth lit from above and a little from the left, darker towards the lap. */
function clothFill(painter: Painter, skeleton: Skeleton, colour: string) {
  const top = circleOf(painter, skeleton.neck, 0.1)
  const bottom = circleOf(painter, skeleton.hips, 0.1)
  const fill = painter.context.createLinearGradient(
    top.xPx - top.radiusPx,
    top.yPx - top.radiusPx,
    bottom.xPx + top.radiusPx,
    bottom.yPx,
  )
  fill.addColorStop(0, shade(colour, 0.1))
  fill.addColorStop(0.45, colour)
  fill.addColorStop(1, shade(colour, -0.32))
  return fill
}
