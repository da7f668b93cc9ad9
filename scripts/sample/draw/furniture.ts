import { deskFar, deskHeight, deskNear } from '../classroom.ts'
import type { Classroom, Seat } from '../classroom.ts'
import { add, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { fade, shade } from './colour.ts'
import { fillBox, fillFace, strokeLine } from './painter.ts'
import type { Painter } from './painter.ts'

/** Colours of a room's desks and chairs. */
export interface FurnitureColours {
  readonly top: string
  readonly panel: string
  readonly frame: string
  readonly chair: string
}

/** Draws the soft shadow of a group's desk and chairs on the floor. */
export function drawFloorShadow(painter: Painter, group: readonly Seat[], room: Classroom): void {
  const { low, high } = deskSpan(group, room)
  const shift = room.windows === 'left' ? 0.14 : -0.14
  for (const spread of [0, 0.06, 0.12]) {
    const corner = (x: number, y: number): Vector => vector(x + shift, y, 0)
    fillFace(
      painter,
      [
        corner(low - spread, group[0]!.place.y - deskFar - spread),
        corner(high + spread, group[0]!.place.y - deskFar - spread),
        corner(high + spread, group[0]!.place.y + 0.3 + spread),
        corner(low - spread, group[0]!.place.y + 0.3 + spread),
      ],
      fade('#151820', 0.09),
    )
  }
}

/** Draws the chair or bench back behind a seat. */
export function drawChair(painter: Painter, seat: Seat, room: Classroom, colours: FurnitureColours): void {
  const at = (side: number, forward: number, up: number): Vector => add(seat.place, vector(side, -forward, up))
  if (room.layout.style === 'benches') {
    const half = room.layout.seatPitch / 2
    fillBox(painter, at(-half, -0.22, 0.5), at(half, -0.27, 0.92), colours.panel)
    fillBox(painter, at(-half, 0.18, 0.4), at(half, -0.2, 0.44), shade(colours.chair, -0.1))
    return
  }
  for (const side of [-0.17, 0.17]) {
    strokeLine(painter, [at(side, -0.2, 0), at(side, -0.24, 0.9)], 0.03, shade(colours.frame, -0.1))
    strokeLine(painter, [at(side, 0.16, 0), at(side, 0.16, 0.42)], 0.03, colours.frame)
  }
  fillBox(painter, at(-0.2, 0.2, 0.42), at(0.2, -0.2, 0.45), colours.chair)
  fillBox(painter, at(-0.19, -0.22, 0.62), at(0.19, -0.25, 0.93), colours.chair)
}

/** Draws the desk that a group of seats shares. */
export function drawDesk(painter: Painter, group: readonly Seat[], room: Classroom, colours: FurnitureColours): void {
  const { low, high } = deskSpan(group, room)
  const y = group[0]!.place.y
  const far = y - deskFar
  const near = y - deskNear
  const panelFoot = room.layout.style === 'benches' ? 0.02 : 0.34
  if (room.layout.style === 'desks') {
    for (const x of [low + 0.05, high - 0.05]) {
      for (const depth of [near - 0.04, far + 0.05]) {
        strokeLine(painter, [vector(x, depth, 0), vector(x, depth, deskHeight)], 0.035, shade(colours.frame, -0.15))
      }
    }
  } else {
    for (const x of [low + 0.02, high - 0.05]) {
      fillBox(painter, vector(x, far + 0.03, 0), vector(x + 0.04, near, deskHeight - 0.03), colours.frame)
    }
  }
  fillBox(
    painter,
    vector(low + 0.03, far + 0.04, panelFoot),
    vector(high - 0.03, far + 0.06, deskHeight - 0.03),
    colours.panel,
  )
  drawPanelFrames(painter, group, room, colours, far + 0.035, panelFoot)
  fillBox(painter, vector(low, far, deskHeight - 0.035), vector(high, near, deskHeight), colours.top)
  const edge = [vector(low, near, deskHeight + 0.001), vector(high, near, deskHeight + 0.001)]
  strokeLine(painter, edge, 0.01, fade(shade(colours.top, 0.5), 0.7))
}

function drawPanelFrames(
  painter: Painter,
  group: readonly Seat[],
  room: Classroom,
  colours: FurnitureColours,
  y: number,
  foot: number,
): void {
  const { low } = deskSpan(group, room)
  const top = deskHeight - 0.03
  for (let index = 0; index <= group.length; index++) {
    const x = Math.min(low + 0.03 + index * room.layout.seatPitch, deskSpan(group, room).high - 0.03)
    strokeLine(painter, [vector(x, y, foot), vector(x, y, top)], 0.03, shade(colours.frame, 0.05))
  }
}

function deskSpan(group: readonly Seat[], room: Classroom): { readonly low: number; readonly high: number } {
  const half = room.layout.seatPitch / 2 - 0.01
  return { low: group[0]!.place.x - half, high: group.at(-1)!.place.x + half }
}
