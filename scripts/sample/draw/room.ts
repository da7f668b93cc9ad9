import type { Classroom, Daylight } from '../classroom.ts'
import { project, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { shade, fade } from './colour.ts'
import { drawDaylight } from './daylight.ts'
import { fillFace, strokeLine } from './painter.ts'
import type { Painter } from './painter.ts'
import { drawBackWall, drawNoticeWall } from './wall-hangings.ts'
import { onWall } from './wall.ts'
import type { Wall } from './wall.ts'

/** Colours of a room's shell and of the light in it. */
export interface RoomColours {
  readonly wall: string
  readonly dado: string
  readonly floor: string
  readonly curtain: string
  readonly boards: 'chalk' | 'cork' | 'plain'
}

/** Draws the empty room: floor, walls, windows with what they let in, and what hangs on the walls. */
export function drawRoom(painter: Painter, room: Classroom, colours: RoomColours, daylight: Daylight): void {
  const night = daylight === 'evening'
  drawFloor(painter, room, colours, night)
  drawWall(painter, room, 'back', colours, night)
  for (const side of ['left', 'right'] as const) drawWall(painter, room, side, colours, night)
  drawCeiling(painter, room, colours, night)
  drawBackWall(painter, room, colours)
  drawNoticeWall(painter, room)
  drawDaylight(painter, room, colours, daylight)
}

function drawFloor(painter: Painter, room: Classroom, colours: RoomColours, night: boolean): void {
  const { left, right, front, back } = room
  const at = (x: number, y: number): Vector => vector(x, y, 0)
  const nearest = Math.max(front, painter.camera.position.y + 0.3)
  const floor = night ? shade(colours.floor, -0.18) : colours.floor
  fillFace(painter, [at(left, nearest), at(right, nearest), at(right, back), at(left, back)], floor)
  for (let y = Math.ceil(nearest / 0.6) * 0.6; y < back; y += 0.6) {
    strokeLine(painter, [at(left, y), at(right, y)], 0.012, fade(shade(floor, -0.3), 0.45))
  }
  for (let x = left; x < right; x += 0.6) {
    strokeLine(painter, [at(x, nearest), at(x, back)], 0.008, fade(shade(floor, -0.3), 0.45))
  }
}

function drawWall(painter: Painter, room: Classroom, wall: Wall, colours: RoomColours, night: boolean): void {
  const [from, to] = wall === 'back' ? [room.left, room.right] : [painter.camera.position.y + 0.25, room.back]
  const darker = (wall === 'back' ? 0 : wall === room.windows ? -0.12 : -0.05) - (night ? 0.1 : 0)
  const paint = shade(colours.wall, darker)
  const dado = shade(colours.dado, darker)
  const corners = onWall(room, wall, from, to, 0, room.ceiling)
  const high = project(painter.camera, corners[2])
  const low = project(painter.camera, corners[1])
  const fill = painter.context.createLinearGradient(0, high.yPx, 0, low.yPx)
  fill.addColorStop(0, shade(paint, night ? 0.06 : 0.12))
  fill.addColorStop(1, shade(paint, -0.1))
  fillFace(painter, corners, fill)
  fillFace(painter, onWall(room, wall, from, to, 0, 1), dado)
  fillFace(painter, onWall(room, wall, from, to, 0, 0.1), shade(dado, -0.3))
  fillFace(painter, onWall(room, wall, from, to, 1, 1.03), shade(dado, -0.18))
}

function drawCeiling(painter: Painter, room: Classroom, colours: RoomColours, night: boolean): void {
  const { left, right, back, ceiling } = room
  const near = painter.camera.position.y + 0.6
  const at = (x: number, y: number): Vector => vector(x, y, ceiling)
  fillFace(
    painter,
    [at(left, near), at(right, near), at(right, back), at(left, back)],
    shade(colours.wall, night ? -0.25 : 0.35),
  )
  for (let y = 1.5; y < back; y += 2.2) {
    for (const x of [left * 0.45, right * 0.45]) {
      fillFace(painter, [at(x - 0.6, y), at(x + 0.6, y), at(x + 0.6, y + 0.2), at(x - 0.6, y + 0.2)], '#fffdf2')
    }
  }
}
