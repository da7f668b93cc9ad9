import type { Classroom, Daylight } from '../classroom.ts'
import { project, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { blend, fade, shade } from './colour.ts'
import { circleOf, fillBox, fillFace, fillHull, strokeLine, tracePolygon } from './painter.ts'
import type { Painter } from './painter.ts'

/** Colours of a room's shell and of the light in it. */
export interface RoomColours {
  readonly wall: string
  readonly dado: string
  readonly floor: string
  readonly curtain: string
  readonly boards: 'chalk' | 'cork' | 'plain'
}

interface Light {
  readonly skyTop: string
  readonly skyLow: string
  readonly sun: string
  readonly sunOpacity: number
  readonly tint: string
  readonly tintOpacity: number
}

const lights: Readonly<Record<Daylight, Light>> = {
  morning: {
    skyTop: '#bfe0f5',
    skyLow: '#fff3d6',
    sun: '#fff0c2',
    sunOpacity: 0.5,
    tint: '#ffd9a0',
    tintOpacity: 0.16,
  },
  noon: { skyTop: '#a9d6f7', skyLow: '#eaf6ff', sun: '#ffffff', sunOpacity: 0.34, tint: '#ffffff', tintOpacity: 0.04 },
  afternoon: {
    skyTop: '#f6d9a8',
    skyLow: '#ffe9c4',
    sun: '#ffcf87',
    sunOpacity: 0.6,
    tint: '#ffb25e',
    tintOpacity: 0.2,
  },
  evening: { skyTop: '#16233f', skyLow: '#33436b', sun: '#cfe0ff', sunOpacity: 0, tint: '#ffe2b0', tintOpacity: 0.14 },
}

/** Draws the empty room: floor, walls, windows with what they let in, and what hangs on the walls. */
export function drawRoom(painter: Painter, room: Classroom, colours: RoomColours, daylight: Daylight): void {
  const night = daylight === 'evening'
  drawFloor(painter, room, colours, night)
  drawWall(painter, room, 'back', colours, night)
  for (const side of ['left', 'right'] as const) drawWall(painter, room, side, colours, night)
  drawCeiling(painter, room, colours, night)
  drawBackWall(painter, room, colours)
  drawWindows(painter, room, colours, lights[daylight])
  drawNoticeWall(painter, room)
  drawSunPatches(painter, room, lights[daylight])
}

/** The light over the finished picture: bloom from the windows, a tint, and darker corners. */
export function drawAtmosphere(painter: Painter, room: Classroom, daylight: Daylight): void {
  const { context, camera } = painter
  const light = lights[daylight]
  const { widthPx, heightPx } = camera
  if (light.sunOpacity > 0) drawBloom(painter, room, light)
  context.save()
  context.globalCompositeOperation = 'soft-light'
  context.fillStyle = fade(light.tint, light.tintOpacity * 2)
  context.fillRect(0, 0, widthPx, heightPx)
  context.restore()
  const vignette = context.createRadialGradient(
    widthPx / 2,
    heightPx * 0.48,
    heightPx * 0.45,
    widthPx / 2,
    heightPx / 2,
    widthPx * 0.66,
  )
  vignette.addColorStop(0, fade('#0b1020', 0))
  vignette.addColorStop(1, fade('#0b1020', daylight === 'evening' ? 0.5 : 0.3))
  context.fillStyle = vignette
  context.fillRect(0, 0, widthPx, heightPx)
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

/** The corners of a patch of wall between two heights; `from` and `to` run along it in metres. */
function onWall(room: Classroom, wall: 'back' | 'left' | 'right', from: number, to: number, low: number, high: number) {
  const at = (along: number, up: number): Vector =>
    wall === 'back' ? vector(along, room.back, up) : vector(wall === 'left' ? room.left : room.right, along, up)
  return [at(from, low), at(to, low), at(to, high), at(from, high)] as const
}

function drawWall(
  painter: Painter,
  room: Classroom,
  wall: 'back' | 'left' | 'right',
  colours: RoomColours,
  night: boolean,
): void {
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

function drawBackWall(painter: Painter, room: Classroom, colours: RoomColours): void {
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

/** Where the windows of a room stand along its wall: from and to, in metres. */
function windowSpans(room: Classroom): readonly (readonly [number, number])[] {
  const spans: [number, number][] = []
  for (let from = -1.1; from + 1.9 < room.back; from += 2.35) spans.push([from, from + 1.9])
  return spans
}

function drawWindows(painter: Painter, room: Classroom, colours: RoomColours, light: Light): void {
  const wall = room.windows
  for (const [from, to] of windowSpans(room)) {
    const pane = (a: number, b: number, low: number, high: number, fill: Parameters<typeof fillFace>[2]): void => {
      fillFace(painter, onWall(room, wall, a, b, low, high), fill)
    }
    pane(from - 0.07, to + 0.07, 0.95, 2.75, '#f2f0ea')
    const top = project(painter.camera, onWall(room, wall, from, to, 1.02, 2.68)[2]).yPx
    const low = project(painter.camera, onWall(room, wall, from, to, 1.02, 2.68)[0]).yPx
    const sky = painter.context.createLinearGradient(0, top, 0, low)
    sky.addColorStop(0, light.skyTop)
    sky.addColorStop(1, light.skyLow)
    pane(from, to, 1.02, 2.68, sky)
    drawOutside(painter, room, from, to, light)
    pane((from + to) / 2 - 0.03, (from + to) / 2 + 0.03, 1.02, 2.68, '#f2f0ea')
    pane(from, to, 2.02, 2.07, '#f2f0ea')
    for (const [a, b] of [
      [from - 0.2, from + 0.16],
      [to - 0.16, to + 0.2],
    ] as const) {
      pane(a, b, 0.85, 2.86, colours.curtain)
      for (const fold of [0.08, 0.2, 0.3]) pane(a + fold, a + fold + 0.035, 0.85, 2.86, shade(colours.curtain, -0.12))
    }
  }
}

/** Trees and houses beyond a window, far enough away to shift behind its frame as the camera moves. */
function drawOutside(painter: Painter, room: Classroom, from: number, to: number, light: Light): void {
  const { context, camera } = painter
  const night = light.sunOpacity === 0
  const out = (metres: number): number => (room.windows === 'left' ? room.left - metres : room.right + metres)
  context.save()
  tracePolygon(
    painter,
    onWall(room, room.windows, from, to, 1.02, 2.68).map((corner) => project(camera, corner)),
  )
  context.clip()
  for (let index = -2; index < 16; index++) {
    const y = index * 2.3 + ((index * 37) % 7) * 0.2
    const house = blend(night ? '#1b2540' : '#c9b8a4', light.skyLow, night ? 0.1 : 0.68)
    const height = 0.3 + ((index * 53) % 5) * 0.28
    if (index % 3 === 0) fillBox(painter, vector(out(12), y, -6), vector(out(12) + 0.1, y + 3, height), house)
    if (night && index % 3 === 0) {
      for (const [across, up] of [[0.5, 0.1], [1.3, 0.1], [2.1, -0.5], [0.5, -1.1], [1.3, -0.5]] as const) {
        const at = (dy: number, dz: number): Vector => vector(out(11.9), y + across + dy, height - 0.45 + up + dz)
        fillFace(painter, [at(0, 0), at(0.4, 0), at(0.4, 0.35), at(0, 0.35)], '#ffd98a')
      }
    }
    const leaf = blend(night ? '#101d2a' : index % 2 ? '#5c8f63' : '#76a56c', light.skyLow, night ? 0.05 : 0.28)
    const tree = [circleOf(painter, vector(out(7), y, -0.3), 1.1), circleOf(painter, vector(out(7), y + 0.5, 0.4), 0.7)]
    fillHull(painter, tree, leaf)
  }
  context.restore()
}

function drawNoticeWall(painter: Painter, room: Classroom): void {
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

/** How far the sun's light through the windows reaches into the room, in metres from their wall. */
const sunReach = [0.7, 2.5] as const

function sunPatch(room: Classroom, from: number, to: number): readonly Vector[] {
  const x = (reach: number): number => (room.windows === 'left' ? room.left + reach : room.right - reach)
  const drift = 0.45
  const [near, far] = sunReach
  return [
    vector(x(near), from + drift, 0),
    vector(x(near), to + drift, 0),
    vector(x(far), to + 2 * drift, 0),
    vector(x(far), from + 2 * drift, 0),
  ]
}

function drawSunPatches(painter: Painter, room: Classroom, light: Light): void {
  if (light.sunOpacity === 0) return
  painter.context.save()
  painter.context.globalCompositeOperation = 'screen'
  for (const [from, to] of windowSpans(room)) {
    const middle = (from + to) / 2
    fillFace(painter, sunPatch(room, from, middle - 0.05), fade(light.sun, light.sunOpacity))
    fillFace(painter, sunPatch(room, middle + 0.05, to), fade(light.sun, light.sunOpacity))
  }
  painter.context.restore()
}

/** A soft bloom of daylight from the side of the windows. */
function drawBloom(painter: Painter, room: Classroom, light: Light): void {
  const { context, camera } = painter
  const start = room.windows === 'left' ? 0 : camera.widthPx
  const bloom = context.createRadialGradient(start, 120, 0, start, 120, camera.widthPx * 0.75)
  bloom.addColorStop(0, fade(light.sun, light.sunOpacity * 0.55))
  bloom.addColorStop(1, fade(light.sun, 0))
  context.save()
  context.globalCompositeOperation = 'soft-light'
  context.fillStyle = bloom
  context.fillRect(0, 0, camera.widthPx, camera.heightPx)
  context.restore()
}
