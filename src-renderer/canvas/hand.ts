import {
  area,
  boxesTouching,
  boxSize,
  containsPoint,
  uprightBox,
  type Box,
  type Point,
  type Size,
} from '#shared/geometry/box.ts'
import { boxHandles, moveBox, resizeBox, type BoxHandle } from '#shared/geometry/box-editing.ts'
import { toImage, toView, type Viewport } from '#shared/geometry/viewport.ts'

/** Boxes smaller than this on either side are slips of the hand. */
export const minimumBoxPx = 8
/** The pointer must travel this far on screen before a press becomes a drag. */
const dragThresholdPx = 4
/** How near to a handle counts as on it, on screen. */
const handleReachPx = 9

/** What the hand is doing. Points named `at` are on screen, boxes are in image px. */
export type Hand =
  | { readonly kind: 'resting' }
  | { readonly kind: 'pressing'; readonly at: Point; readonly studentId: number; readonly toggles: boolean }
  | {
      readonly kind: 'moving-box'
      readonly at: Point
      readonly studentId: number
      readonly original: Box
      readonly box: Box
    }
  | {
      readonly kind: 'resizing-box'
      readonly at: Point
      readonly studentId: number
      readonly handle: BoxHandle
      readonly original: Box
      readonly box: Box
    }
  | { readonly kind: 'drawing-box'; readonly at: Point; readonly box: Box }
  | { readonly kind: 'marquee'; readonly at: Point; readonly box: Box; readonly adds: boolean }
  | { readonly kind: 'panning'; readonly at: Point; readonly viewport: Viewport }

export const resting: Hand = { kind: 'resting' }

/** What a gesture asks for once it is done (or, for panning, while it goes on). */
export type HandEffect =
  | { readonly kind: 'select'; readonly studentIds: readonly number[]; readonly how: 'set' | 'toggle' | 'add' }
  | { readonly kind: 'set-box'; readonly studentId: number; readonly box: Box }
  | { readonly kind: 'draw'; readonly box: Box }
  | { readonly kind: 'look'; readonly viewport: Viewport }

export interface Grip {
  readonly studentId: number
  readonly box: Box
}

/** What the hand touches and how: `tool` and held keys decide what a press begins. */
export interface Surface {
  readonly image: Size
  readonly viewport: Viewport
  readonly boxes: readonly Grip[]
  readonly selected: readonly number[]
  /** The one selected box that shows its handles. */
  readonly handled: Grip | null
  readonly tool: 'pointer' | 'draw'
}

export interface Press {
  readonly at: Point
  readonly button: 'main' | 'middle'
  readonly shift: boolean
  readonly control: boolean
  /** Space is held: the hand pans whatever lies below it. */
  readonly space: boolean
}

export interface HandTurn {
  readonly hand: Hand
  readonly effect: HandEffect | null
}

const turn = (hand: Hand, effect: HandEffect | null = null): HandTurn => ({ hand, effect })

/** A button goes down. */
export function press(surface: Surface, { at, button, shift, control, space }: Press): HandTurn {
  if (button === 'middle' || space) return turn({ kind: 'panning', at, viewport: surface.viewport })
  const point = toImage(surface.viewport, at)
  if (surface.tool === 'draw') return turn({ kind: 'drawing-box', at, box: boxBetween(point, point, surface.image) })
  const handle = surface.handled && handleAt(surface.viewport, surface.handled.box, at)
  if (surface.handled && handle && !shift && !control) {
    const { studentId, box } = surface.handled
    return turn({ kind: 'resizing-box', at, studentId, handle, original: uprightBox(box), box: uprightBox(box) })
  }
  if (shift) return turn({ kind: 'marquee', at, box: boxBetween(point, point), adds: control })
  const touched = boxAt(surface.boxes, point)
  if (touched) return touch(surface, at, touched.studentId, control)
  return turn({ kind: 'panning', at, viewport: surface.viewport })
}

/** A box that is not selected yet is selected at once, on the way down: nobody waits for the button to come up. */
function touch(surface: Surface, at: Point, studentId: number, toggles: boolean): HandTurn {
  const hand = { kind: 'pressing', at, studentId, toggles } as const
  if (toggles || surface.selected.includes(studentId)) return turn(hand)
  return turn(hand, { kind: 'select', studentIds: [studentId], how: 'set' })
}

/** The pointer moves with the button down. */
export function drag(hand: Hand, surface: Surface, at: Point): HandTurn {
  const { scale } = surface.viewport
  const here = toImage(surface.viewport, at)
  switch (hand.kind) {
    case 'resting':
      return turn(hand)
    case 'pressing': {
      const grip = surface.boxes.find(({ studentId }) => studentId === hand.studentId)
      if (!grip || hand.toggles || distance(hand.at, at) < dragThresholdPx) return turn(hand)
      const original = uprightBox(grip.box)
      const moving = { kind: 'moving-box', at: hand.at, studentId: hand.studentId, original, box: original } as const
      return drag(moving, surface, at)
    }
    case 'moving-box': {
      const box = moveBox(hand.original, (at.x - hand.at.x) / scale, (at.y - hand.at.y) / scale, surface.image)
      return turn({ ...hand, box })
    }
    case 'resizing-box': {
      const [dx, dy] = [(at.x - hand.at.x) / scale, (at.y - hand.at.y) / scale]
      return turn({ ...hand, box: resizeBox(hand.original, hand.handle, dx, dy, minimumBoxPx) })
    }
    case 'drawing-box':
      return turn({ ...hand, box: boxBetween(toImage(surface.viewport, hand.at), here, surface.image) })
    case 'marquee':
      return turn({ ...hand, box: boxBetween(toImage(surface.viewport, hand.at), here) })
    case 'panning': {
      const { offsetX, offsetY } = hand.viewport
      const viewport = { ...hand.viewport, offsetX: offsetX + at.x - hand.at.x, offsetY: offsetY + at.y - hand.at.y }
      return turn(hand, { kind: 'look', viewport })
    }
  }
}

/** The button goes up: the gesture ends in at most one effect. A press that never became a drag is a click. */
export function release(hand: Hand, surface: Surface, at: Point): HandTurn {
  switch (hand.kind) {
    case 'resting':
      return turn(resting)
    case 'pressing': {
      const how = hand.toggles ? 'toggle' : 'set'
      if (how === 'set' && surface.selected.length === 1 && surface.selected[0] === hand.studentId) return turn(resting)
      return turn(resting, { kind: 'select', studentIds: [hand.studentId], how })
    }
    case 'moving-box':
    case 'resizing-box': {
      const { studentId, box, original } = hand
      return turn(resting, sameBox(box, original) ? null : { kind: 'set-box', studentId, box })
    }
    case 'drawing-box':
      return turn(resting, isDrawable(hand.box) ? { kind: 'draw', box: hand.box } : null)
    case 'marquee': {
      const caught = boxesTouching(
        surface.boxes.map(({ box }) => box),
        hand.box,
      )
      const studentIds = caught.flatMap((index) => surface.boxes[index]?.studentId ?? [])
      return turn(resting, { kind: 'select', studentIds, how: hand.adds ? 'add' : 'set' })
    }
    case 'panning':
      return turn(
        resting,
        distance(hand.at, at) < dragThresholdPx ? { kind: 'select', studentIds: [], how: 'set' } : null,
      )
  }
}

/** The smallest box under a point: a small box inside a large one stays reachable. */
export function boxAt(boxes: readonly Grip[], point: Point): Grip | null {
  return boxes
    .filter(({ box }) => containsPoint(uprightBox(box), point))
    .reduce<Grip | null>((best, one) => (best && area(best.box) <= area(one.box) ? best : one), null)
}

/** Where the eight handles of a box lie, in image px. */
export function handlePoints(box: Box): readonly (readonly [BoxHandle, Point])[] {
  const { x1, y1, x2, y2 } = uprightBox(box)
  const [xm, ym] = [(x1 + x2) / 2, (y1 + y2) / 2]
  const along = (handle: BoxHandle, low: string, high: string, from: number, middle: number, to: number) =>
    handle.includes(low) ? from : handle.includes(high) ? to : middle
  return boxHandles.map((handle) => [
    handle,
    { x: along(handle, 'w', 'e', x1, xm, x2), y: along(handle, 'n', 's', y1, ym, y2) },
  ])
}

/** The handle under a point on screen, nearest first; null where none is in reach. */
export function handleAt(viewport: Viewport, box: Box, at: Point): BoxHandle | null {
  const near = handlePoints(box)
    .map(([handle, point]) => ({ handle, away: distance(toView(viewport, point), at) }))
    .filter(({ away }) => away <= handleReachPx)
    .sort((one, other) => one.away - other.away)
  return near[0]?.handle ?? null
}

const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y)

const sameBox = (one: Box, other: Box): boolean =>
  one.x1 === other.x1 && one.y1 === other.y1 && one.x2 === other.x2 && one.y2 === other.y2

function isDrawable(box: Box): boolean {
  const { widthPx, heightPx } = boxSize(box)
  return widthPx >= minimumBoxPx && heightPx >= minimumBoxPx
}

/** The upright box between two points, cut at the photo's border where one is given. */
function boxBetween(from: Point, to: Point, image?: Size): Box {
  const inside = (value: number, limit: number | undefined) =>
    limit === undefined ? value : Math.min(Math.max(value, 0), limit)
  const xs = [inside(from.x, image?.widthPx), inside(to.x, image?.widthPx)]
  const ys = [inside(from.y, image?.heightPx), inside(to.y, image?.heightPx)]
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) }
}
