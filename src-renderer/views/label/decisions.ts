import type { SceneStudent } from '#shared/contract/scenes.ts'
import type { Edit } from '#shared/domain/edit.ts'
import { neighbourSeat, seatRows, type SeatDirection } from '#shared/domain/seat-order.ts'
import type { Box, Size } from '#shared/geometry/box.ts'
import { boxSize } from '#shared/geometry/box.ts'
import type { Viewport } from '#shared/geometry/viewport.ts'
import { toImage } from '#shared/geometry/viewport.ts'
import { minimumBoxPx } from '../../canvas/hand.ts'
import { isConfirmed, isWrong, predictionOf } from '../../canvas/show-students.ts'

/** The student `by` places on in seat order; the ends stop or, with `around`, lead to the other end. Null where there is nobody. */
export function studentBeside(
  students: readonly SceneStudent[],
  fromId: number | null,
  by: 1 | -1,
  around: boolean,
): number | null {
  if (students.length === 0) return null
  const at = students.findIndex((student) => student.id === fromId)
  if (at < 0) return students.at(by === 1 ? 0 : -1)!.id
  const next = at + by
  const to = around ? (next + students.length) % students.length : Math.min(Math.max(next, 0), students.length - 1)
  return students[to]!.id
}

const noBox: Box = { x1: 0, y1: 0, x2: 0, y2: 0 }
const seats = (students: readonly SceneStudent[]): Box[] =>
  students.map(({ box }) => (Object.values(box).every(Number.isFinite) ? box : noBox))

/** The student in the neighbouring seat, or null at the edge of the class. */
export function studentAcross(
  students: readonly SceneStudent[],
  fromId: number,
  direction: SeatDirection,
): number | null {
  const at = students.findIndex((student) => student.id === fromId)
  if (at < 0) return null
  const to = neighbourSeat(seats(students), at, direction)
  return to === null ? null : (students[to]?.id ?? null)
}

/** Row and seat as people count them, from 1. */
export function placeInClass(
  students: readonly SceneStudent[],
  id: number,
): { readonly row: number; readonly seat: number } | null {
  const at = students.findIndex((student) => student.id === id)
  const rows = at < 0 ? [] : seatRows(seats(students))
  const row = rows.findIndex((members) => members.includes(at))
  return row < 0 ? null : { row: row + 1, seat: rows[row]!.indexOf(at) + 1 }
}

export interface Acceptance {
  readonly edits: readonly Edit[]
  /** Imported labels that said something else and give way. */
  readonly changed: number
  /** Labels that people gave and that say something else: left as they are. */
  readonly kept: number
  readonly withoutPrediction: number
}

/** The predictions of a run taken as labels by everybody to whom no person gave one. */
export function acceptance(students: readonly SceneStudent[], runId: number | null): Acceptance {
  const open = students.filter((student) => !isConfirmed(student))
  const edits = open.flatMap((student): Edit[] => {
    const prediction = predictionOf(student, runId)
    if (!prediction) return []
    return [{ kind: 'label', studentId: student.id, classIndex: prediction.classIndex, source: 'accepted' }]
  })
  const kept = students.filter((student) => isConfirmed(student) && isWrong(student, runId))
  return {
    edits,
    changed: open.filter((student) => isWrong(student, runId)).length,
    kept: kept.length,
    withoutPrediction: open.length - edits.length,
  }
}

const shareOfPhoto = 0.12

/** A box of the class's usual size at the centre of the view, inside the photo. */
export function boxAtCentre(students: readonly SceneStudent[], photo: Size, viewport: Viewport, view: Size): Box {
  const at = toImage(viewport, { x: view.widthPx / 2, y: view.heightPx / 2 })
  const sizes = students.map(({ box }) => boxSize(box)).filter(({ widthPx, heightPx }) => widthPx * heightPx > 0)
  const usual = (side: keyof Size): number => {
    const sorted = sizes.map((size) => size[side]).sort((one, other) => one - other)
    const middle = sorted[sorted.length >> 1] ?? photo.heightPx * shareOfPhoto
    return Math.min(Math.max(middle, minimumBoxPx), photo[side])
  }
  const [width, height] = [usual('widthPx'), usual('heightPx')]
  const inside = (middle: number, side: number, limit: number) =>
    Math.min(Math.max(middle - side / 2, 0), Math.max(0, limit - side))
  const x1 = inside(at.x, width, photo.widthPx)
  const y1 = inside(at.y, height, photo.heightPx)
  return { x1, y1, x2: x1 + width, y2: y1 + height }
}

/** The size of the photo; without one (some pickles know none) a ground on which all boxes lie. */
export function groundSize(photo: Size, students: readonly SceneStudent[]): Size {
  if (photo.widthPx > 0 && photo.heightPx > 0) return { widthPx: photo.widthPx, heightPx: photo.heightPx }
  const edge = (values: readonly number[]) => Math.max(...values.filter(Number.isFinite), 100) * 1.05
  return {
    widthPx: edge(students.flatMap(({ box }) => [box.x1, box.x2])),
    heightPx: edge(students.flatMap(({ box }) => [box.y1, box.y2])),
  }
}
