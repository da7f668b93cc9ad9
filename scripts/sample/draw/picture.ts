import { createCanvas } from '@napi-rs/canvas'
import type { Canvas } from '@napi-rs/canvas'
import type { Seat } from '../classroom.ts'
import { project } from '../perspective.ts'
import type { Scene, SceneStudent } from '../scene.ts'
import { captionWidth, drawCaption } from './caption.ts'
import { drawAtmosphere } from './daylight.ts'
import { drawChair, drawDesk, drawFloorShadow } from './furniture.ts'
import type { FurnitureColours } from './furniture.ts'
import { drawLook } from './look.ts'
import { drawDeskProps } from './props.ts'
import { drawRoom } from './room.ts'
import type { RoomColours } from './room.ts'
import { drawStudentBehindDesk, drawStudentOverDesk } from './student.ts'
import type { Painter } from './painter.ts'

/** The colours of one photo. */
export interface Palette {
  readonly room: RoomColours
  readonly furniture: FurnitureColours
  /** The share of students in school uniform. */
  readonly uniformed: number
}

/** Draws a scene from the back of the room to the front. */
export function drawPicture(scene: Scene, palette: Palette): Canvas {
  const { room, plan } = scene
  const canvas = createCanvas(room.camera.widthPx, room.camera.heightPx)
  const painter: Painter = { context: canvas.getContext('2d'), camera: room.camera }
  drawRoom(painter, room, palette.room, plan.daylight)
  const groups = deskGroups(scene)
  for (const { seats } of groups) drawFloorShadow(painter, seats, room)
  for (const { seats, students } of groups) {
    const dressed = students.map((student) => {
      const name = `${plan.name} ${student.seat.row} ${student.seat.column}`
      return { student, name, look: drawLook(name, palette.uniformed) }
    })
    for (const seat of seats) drawChair(painter, seat, room, palette.furniture)
    for (const { student, look } of dressed) drawStudentBehindDesk(painter, student, look)
    drawDesk(painter, seats, room, palette.furniture)
    for (const { student, name, look } of dressed) {
      if (student.posture.kind !== 'behind-bag') drawDeskProps(painter, student, name)
      drawStudentOverDesk(painter, student, look)
      if (student.posture.kind === 'behind-bag') drawDeskProps(painter, student, name)
    }
  }
  drawAtmosphere(painter, room, plan.daylight)
  stampCaptions(painter, scene)
  return canvas
}

interface DeskGroup {
  readonly seats: readonly Seat[]
  readonly students: readonly SceneStudent[]
}

/** The desks with who sits at each, farthest from the camera first. */
function deskGroups({ seats, students, room }: Scene): readonly DeskGroup[] {
  const byDesk = Map.groupBy(seats, (seat) => `${seat.row} ${seat.group}`)
  const depth = (seat: Seat): number => project(room.camera, seat.place).depth
  return [...byDesk.values()]
    .map((desk) => ({ seats: desk, students: students.filter(({ seat }) => desk.includes(seat)) }))
    .toSorted((a, b) => depth(b.seats[0]!) - depth(a.seats[0]!))
}

function stampCaptions(painter: Painter, { plan }: Scene): void {
  const { widthPx, heightPx } = painter.camera
  const stamp = `${plan.roomId} ${plan.takenAt.replace('T', ' ').slice(0, 16)}`.toUpperCase()
  drawCaption(painter, stamp, 20, 20, 2.1)
  const label = 'SYNTHETIC'
  drawCaption(painter, label, widthPx - captionWidth(label, 2.1) - 20, heightPx - 34, 2.1)
}
