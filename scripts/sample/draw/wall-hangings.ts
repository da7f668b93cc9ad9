import type { Classroom } from '../classroom.ts'
import { project, vector } from '../perspective.ts'
import { fade, shade } from './colour.ts'
import { fillBox, fillFace, strokeLine } from './painter.ts'
import type { Painter } from './painter.ts'
import type { RoomColours } from './room.ts'
import { onWall } from './wall.ts'

/** Draws the board, the door and the clock on the wall behind the class. */
export function drawBackWall(painter: Painter, room: Classroom, colours: RoomColours): void {
  const half = room.right * 0.52
  const board = (from: number, to: number, low: number, high: number, fill: string): void => {
    fillFace(painter, onWall(room, 'back', from, to, low, high), fill)
  }
  const face = { chalk: '#2f5d50', cork: '#b98d5a', plain: '#e9ecef' }[colours.boards]
  board(-half - 0.07, half + 0.07, 1.13, 2.42, '#8a6440')
  board(-half, half, 1.2, 2.35, face)
  const inks =
    colours.boards === 'chalk'
      ? ['#f4f1e4', '#f3cf7a', '#f0a8a0', '#a8d8c8']
      : ['#c8553d', '#2f6690', '#588157', '#e0a33e']
  for (let column = 0; column < 6; column++) {
    const from = -half + 0.18 + (column * (2 * half - 0.2)) / 6
    const to = from + (2 * half) / 6 - 0.22
    const ink = inks[column % inks.length]!
    if (colours.boards === 'chalk') drawChalk(painter, room, from, to, ink, column)
    else
      board(from, to, 1.36 + (column % 3) * 0.07, 2.02 + (column % 2) * 0.14, column % 2 ? '#fdfcf7' : shade(ink, 0.45))
  }
  drawDoor(painter, room)
  drawClock(painter, room)
}

function drawChalk(painter: Painter, room: Classroom, from: number, to: number, ink: string, column: number): void {
  const y = room.back - 0.01
  strokeLine(painter, [vector(from, y, 2.2), vector((from + to) / 2, y, 2.2)], 0.045, fade(ink, 0.85))
  for (let row = 0; row < 5; row++) {
    const end = from + (to - from) * (0.75 + ((row * 7 + column * 3) % 5) * 0.05)
    strokeLine(painter, [vector(from, y, 2.05 - row * 0.15), vector(end, y, 2.05 - row * 0.15)], 0.02, fade(ink, 0.5))
  }
}

function drawDoor(painter: Painter, room: Classroom): void {
  const side = room.windows === 'left' ? room.right - 1.15 : room.left + 0.2
  fillFace(painter, onWall(room, 'back', side - 0.06, side + 1.01, 0, 2.16), '#6b4a33')
  fillFace(painter, onWall(room, 'back', side, side + 0.95, 0, 2.1), '#a5744a')
  fillFace(painter, onWall(room, 'back', side + 0.55, side + 0.83, 1.15, 1.9), '#cfe3ee')
  strokeLine(painter, [vector(side + 0.1, room.back, 1), vector(side + 0.2, room.back, 1)], 0.05, '#e8dcc0')
}

function drawClock(painter: Painter, room: Classroom): void {
  const { context } = painter
  const { xPx, yPx, pxPerMetre } = project(painter.camera, vector(0, room.back, 2.72))
  context.beginPath()
  context.arc(xPx, yPx, 0.19 * pxPerMetre, 0, 2 * Math.PI)
  context.fillStyle = '#fbfaf5'
  context.fill()
  context.strokeStyle = '#3a4250'
  context.lineWidth = 0.035 * pxPerMetre
  context.stroke()
  strokeLine(
    painter,
    [vector(0, room.back, 2.84), vector(0, room.back, 2.72), vector(0.08, room.back, 2.68)],
    0.025,
    '#3a4250',
  )
}

/** Draws the notices and the cupboard on the wall without windows. */
export function drawNoticeWall(painter: Painter, room: Classroom): void {
  const wall = room.windows === 'left' ? 'right' : 'left'
  const fills = ['#c8553d', '#2f6690', '#e0a33e', '#588157', '#6d597a']
  for (let index = 0; index < 5; index++) {
    const from = 0.4 + index * 1.55
    if (from + 0.8 > room.back) return
    fillFace(painter, onWall(room, wall, from, from + 0.8, 1.4, 2.4), '#fbfaf5')
    fillFace(painter, onWall(room, wall, from + 0.07, from + 0.73, 1.85, 2.33), shade(fills[index]!, 0.15))
    for (const up of [1.5, 1.6, 1.7])
      fillFace(painter, onWall(room, wall, from + 0.1, from + 0.6, up, up + 0.03), '#9aa3b0')
  }
  const x = wall === 'left' ? room.left : room.right
  const inward = wall === 'left' ? 0.28 : -0.28
  const low = vector(Math.min(x, x + inward), room.back - 1.3, 0)
  fillBox(painter, low, vector(Math.max(x, x + inward), room.back - 0.2, 1.25), '#b58b62')
}
