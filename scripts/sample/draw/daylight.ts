import type { Classroom, Daylight } from '../classroom.ts'
import { project, vector } from '../perspective.ts'
import type { Vector } from '../perspective.ts'
import { blend, fade, shade } from './colour.ts'
import { circleOf, fillBox, fillFace, fillHull, tracePolygon } from './painter.ts'
import type { Painter } from './painter.ts'
import type { RoomColours } from './room.ts'
import { onWall } from './wall.ts'

/** What a time of the day does to windows and room. */
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

/** Draws the windows, what is seen through them, and the sun they throw on the floor. */
export function drawDaylight(painter: Painter, room: Classroom, colours: RoomColours, daylight: Daylight): void {
  drawWindows(painter, room, colours, lights[daylight])
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
      for (const [across, up] of [
        [0.5, 0.1],
        [1.3, 0.1],
        [2.1, -0.5],
        [0.5, -1.1],
        [1.3, -0.5],
      ] as const) {
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
