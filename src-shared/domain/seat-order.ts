import { boxSize, centre, type Box } from '#shared/geometry/box.ts'

export type SeatDirection = 'left' | 'right' | 'up' | 'down'

interface Seat {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly heightPx: number
}

/** Seats further apart than this share of the smaller of two heights lie in different rows: their boxes overlap by less than half. */
const rowReach = 0.5

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length

function seatOf(box: Box, index: number): Seat {
  const { x, y } = centre(box)
  if (!Number.isFinite(x) || !Number.isFinite(y))
    throw new RangeError(`box ${index} has no centre: ${JSON.stringify(box)}`)
  return { index, x, y, heightPx: boxSize(box).heightPx }
}

/** Downwards, then to the right, then by index: boxes in one place keep their order, whatever order the sort saw them in. */
const downwards = (a: Seat, b: Seat): number => a.y - b.y || a.x - b.x || a.index - b.index
const rightwards = (a: Seat, b: Seat): number => a.x - b.x || a.y - b.y || a.index - b.index

/**
 * Indices of the boxes row by row, the top of the photo first and each row from left to right.
 *
 * From top to bottom a student joins the row above while its centre lies within half a height of that row's mean centre. The height is
 * the smaller of the row's median and the photo's: rows at the back are small and close together, and one odd box (inverted, a
 * teacher, a half-hidden student) moves neither. Throws RangeError on a box without finite coordinates.
 */
export function seatRows(boxes: readonly Box[]): number[][] {
  const seats = boxes.map(seatOf).sort(downwards)
  const photoHeightPx = median(seats.map((seat) => seat.heightPx))
  const rows: Seat[][] = []
  for (const seat of seats) {
    const row = rows.at(-1)
    const reachPx = row
      ? rowReach * Math.min(photoHeightPx, median([...row, seat].map((member) => member.heightPx)))
      : 0
    if (row && seat.y - mean(row.map((member) => member.y)) <= reachPx) row.push(seat)
    else rows.push([seat])
  }
  return rows.map((row) => row.sort(rightwards).map((seat) => seat.index))
}

/** Indices of the boxes in the order in which Tab walks them: a permutation of 0 … boxes.length − 1. */
export function seatOrder(boxes: readonly Box[]): number[] {
  return seatRows(boxes).flat()
}

/** The member of a row whose centre is nearest in x; of two equally near ones the left. */
function nearestAcross(boxes: readonly Box[], row: readonly number[], x: number): number | null {
  const distance = (index: number): number => Math.abs(centre(boxes[index] as Box).x - x)
  return row.reduce<number | null>(
    (best, index) => (best === null || distance(index) < distance(best) ? index : best),
    null,
  )
}

/**
 * The seat next to `index`: left and right within its row, up and down the one nearest in x in the row above or below. Null at the
 * edge of the class. Throws RangeError where `index` is none of the boxes.
 */
export function neighbourSeat(boxes: readonly Box[], index: number, direction: SeatDirection): number | null {
  const from = boxes[index]
  if (!from) throw new RangeError(`there is no box ${index} among ${boxes.length}`)
  const rows = seatRows(boxes)
  const rowIndex = rows.findIndex((row) => row.includes(index))
  const row = rows[rowIndex] ?? []
  const place = row.indexOf(index)
  if (direction === 'left') return row[place - 1] ?? null
  if (direction === 'right') return row[place + 1] ?? null
  return nearestAcross(boxes, rows[rowIndex + (direction === 'up' ? -1 : 1)] ?? [], centre(from).x)
}
