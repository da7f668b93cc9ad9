import { deskHeight } from '../classroom.ts'
import { add, mix, project, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { createRandom } from '../random.ts'
import type { SceneStudent } from '../scene.ts'
import { fade, shade } from './colour.ts'
import type { Look } from './look.ts'
import { circleOf, fillBox, fillFace, fillHull, strokeLine } from './painter.ts'
import type { Painter } from './painter.ts'

const covers = ['#c8553d', '#2f6690', '#588157', '#e0a33e', '#6d597a', '#3d5a80', '#9b2f3f', '#e9c46a']
const bags = ['#2f3e56', '#7a3b3b', '#3c5a4a', '#4a4458', '#8a5a2b']

/** A place on the desk before a seat: metres to the picture's right and forward from the hips. */
function onDesk(student: SceneStudent, side: number, forward: number, up = 0.004): Vector {
  return add(student.seat.place, vector(side, -forward, deskHeight + up))
}

/** Draws what lies on the desk, under arms and head: paper and books by posture, odds and ends by chance. */
export function drawDeskProps(painter: Painter, student: SceneStudent, name: string): void {
  const random = createRandom(`props ${name}`)
  const { kind } = student.posture
  if (kind === 'writing') drawPaper(painter, student, random.between(-0.04, 0.06), random.between(-0.25, 0.25))
  else if (kind === 'reading-flat') drawOpenBook(painter, student)
  else if (random.next() < (kind === 'asleep-on-arms' || kind === 'cheek-on-desk' ? 0.25 : 0.45)) {
    drawClosedBook(painter, student, random.pick([-0.2, 0.18]), random.pick(covers))
  }
  if (random.next() < 0.22)
    drawBottle(painter, student, random.pick([-0.28, 0.28]), random.pick(['#7fb7d6', '#e8eef0', '#8fc79a', '#d98c8c']))
  if (kind === 'behind-bag') drawBag(painter, student, random.pick(bags))
}

/** Draws what the hands hold: a pen, a book held up, a phone with its light. */
export function drawHeldProps(painter: Painter, student: SceneStudent, look: Look): void {
  const { kind } = student.posture
  const { left, right } = student.skeleton
  if (kind === 'writing') {
    const pen = left.hand.z > right.hand.z ? left.hand : right.hand
    const tip = add(pen, vector(-0.02, -0.05, -0.045))
    strokeLine(painter, [add(pen, vector(0.035, 0.05, 0.1)), tip], 0.014, '#26365c')
  } else if (kind === 'holding-book') {
    drawRaisedBook(painter, student, look)
  } else if (kind.startsWith('phone')) {
    drawPhone(painter, student, look)
  }
}

/** Draws a bag that stands on the desk and hides its owner; call it after the owner. */
export function drawBag(painter: Painter, student: SceneStudent, colour: string): void {
  const ball = (side: number, up: number, radius: number) => circleOf(painter, onDesk(student, side, 0.46, up), radius)
  const body = [ball(-0.15, 0.07, 0.07), ball(0.15, 0.07, 0.07), ball(-0.11, 0.3, 0.09), ball(0.11, 0.3, 0.09)]
  fillHull(painter, [ball(-0.03, 0.4, 0.03), ball(0.03, 0.4, 0.03)], shade(colour, -0.35))
  fillHull(painter, body, colour, fade('#14161c', 0.35))
  const pocket = [ball(-0.1, 0.07, 0.045), ball(0.1, 0.07, 0.045), ball(-0.09, 0.16, 0.04), ball(0.09, 0.16, 0.04)]
  fillHull(painter, pocket, shade(colour, -0.16), fade('#14161c', 0.25))
  strokeLine(
    painter,
    [onDesk(student, -0.12, 0.54, 0.27), onDesk(student, 0.12, 0.54, 0.27)],
    0.016,
    shade(colour, 0.35),
  )
}

function drawPaper(painter: Painter, student: SceneStudent, shift: number, turn: number): void {
  const corner = (side: number, forward: number): Vector =>
    onDesk(
      student,
      shift + side * Math.cos(turn) - forward * Math.sin(turn),
      0.46 + side * Math.sin(turn) + forward * Math.cos(turn),
    )
  fillFace(painter, [corner(-0.17, -0.13), corner(0.17, -0.13), corner(0.17, 0.13), corner(-0.17, 0.13)], '#fbfaf5')
  for (const forward of [-0.09, -0.05, -0.01, 0.03, 0.07]) {
    strokeLine(painter, [corner(-0.13, forward), corner(0.11, forward)], 0.007, fade('#5a6a8a', 0.55))
  }
}

function drawOpenBook(painter: Painter, student: SceneStudent): void {
  const at = (side: number, forward: number, up: number): Vector => onDesk(student, side, forward, up)
  fillFace(
    painter,
    [at(-0.22, 0.32, 0.005), at(0.22, 0.32, 0.005), at(0.22, 0.6, 0.005), at(-0.22, 0.6, 0.005)],
    '#7b4a3a',
  )
  for (const sign of [-1, 1]) {
    const page = [at(0, 0.33, 0.012), at(sign * 0.205, 0.33, 0.03), at(sign * 0.205, 0.59, 0.03), at(0, 0.59, 0.012)]
    fillFace(painter, page, sign < 0 ? '#f4efe2' : '#fbf7ec')
    for (const forward of [0.39, 0.44, 0.49, 0.54]) {
      strokeLine(
        painter,
        [at(sign * 0.035, forward, 0.02), at(sign * 0.175, forward, 0.03)],
        0.008,
        fade('#6b6257', 0.5),
      )
    }
  }
}

function drawClosedBook(painter: Painter, student: SceneStudent, side: number, colour: string): void {
  const low = onDesk(student, side - 0.09, 0.58)
  const high = onDesk(student, side + 0.09, 0.36, 0.03)
  fillBox(painter, low, high, colour)
}

function drawBottle(painter: Painter, student: SceneStudent, side: number, colour: string): void {
  const ball = (up: number, radius: number) => circleOf(painter, onDesk(student, side, 0.58, up), radius)
  fillHull(painter, [ball(0.03, 0.032), ball(0.15, 0.032)], colour, fade('#14161c', 0.25))
  fillHull(painter, [ball(0.19, 0.016), ball(0.205, 0.016)], shade(colour, -0.4))
}

function drawRaisedBook(painter: Painter, student: SceneStudent, look: Look): void {
  const { left, right } = student.skeleton
  const spine = add(mix(left.hand, right.hand, 0.5), vector(0, -0.06, 0.03))
  const at = (side: number, up: number, out: number): Vector => add(spine, vector(side, out, up))
  for (const sign of [-1, 1]) {
    const cover = [at(0, -0.11, 0), at(sign * 0.17, -0.11, 0.05), at(sign * 0.17, 0.13, 0.1), at(0, 0.13, 0.05)]
    fillFace(painter, cover, sign < 0 ? shade('#2f6690', -0.12) : '#2f6690')
  }
  strokeLine(painter, [at(0, -0.11, 0), at(0, 0.13, 0.05)], 0.014, '#1d4465')
  fillFace(painter, [at(0.04, 0.02, 0), at(0.13, 0.02, 0.03), at(0.13, 0.07, 0.04), at(0.04, 0.07, 0.02)], '#f1d9a0')
  for (const hand of [left.hand, right.hand]) fillHull(painter, [circleOf(painter, hand, 0.04)], look.skin)
}

function drawPhone(painter: Painter, student: SceneStudent, look: Look): void {
  const { left, right } = student.skeleton
  const centre = add(mix(left.hand, right.hand, 0.5), vector(0, -0.05, 0.035))
  const at = (side: number, along: number): Vector => add(centre, vector(side, -along * 0.95, -along * 0.12))
  const corners = (half: number, tall: number) => [at(-half, -tall), at(half, -tall), at(half, tall), at(-half, tall)]
  const { context } = painter
  const { xPx, yPx, pxPerMetre } = project(painter.camera, centre)
  const light = context.createRadialGradient(xPx, yPx, 0, xPx, yPx, 0.3 * pxPerMetre)
  light.addColorStop(0, fade('#8fe0ff', 0.75))
  light.addColorStop(0.35, fade('#8fe0ff', 0.25))
  light.addColorStop(1, fade('#8fe0ff', 0))
  context.save()
  context.globalCompositeOperation = 'screen'
  context.fillStyle = light
  context.fillRect(xPx - pxPerMetre * 0.3, yPx - pxPerMetre * 0.3, pxPerMetre * 0.6, pxPerMetre * 0.6)
  context.restore()
  fillFace(painter, corners(0.058, 0.105), '#15181f')
  fillFace(painter, corners(0.048, 0.092), '#c9f2ff')
  fillFace(painter, [at(-0.048, 0.04), at(0.048, 0.04), at(0.048, 0.092), at(-0.048, 0.092)], '#58b8e8')
  for (const hand of [left.hand, right.hand]) fillHull(painter, [circleOf(painter, hand, 0.032)], look.skin)
}
