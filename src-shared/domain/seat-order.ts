import { boxSize, centre, type Box, type Point } from '#shared/geometry/box.ts'

export type SeatDirection = 'left' | 'right' | 'up' | 'down'

interface Seat {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly heightPx: number
}

/**
 * Seats further apart than this share of the smaller of two heights lie in different rows: their boxes overlap by less
 * than half.
 */
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

/**
 * Downwards, then to the right, then by index: boxes in one place keep their order, whatever order the sort saw them
 * in.
 */
const downwards = (a: Seat, b: Seat): number => a.y - b.y || a.x - b.x || a.index - b.index
const rightwards = (a: Seat, b: Seat): number => a.x - b.x || a.y - b.y || a.index - b.index

/**
 * Indices of the boxes row by row, the top of the photo first and each row from left to right.
 *
 * From top to bottom a student joins the row above while its centre lies within half a height of that row's mean
 * centre. The height is the smaller of the row's median and the photo's: rows at the back are small and close
 * together, and one odd box (inverted, a teacher, a half-hidden student) moves neither. Throws RangeError on a box
 * without finite coordinates.
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

/**
 * How far a seat above or below is: sideways counts double, so that an arrow prefers its own column to a nearer seat
 * beside it.
 */
function columnDistance(from: Point, to: Point): number {
  return 2 * Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
}

/**
 * The seat next to `index`: left and right within its row; up and down the nearest seat of all rows above or below,
 * its own column preferred (of equally near ones the first in seat order). Null at the edge of the class. Throws
 * RangeError where `index` is none of the boxes.
 */
export function neighbourSeat(boxes: readonly Box[], index: number, direction: SeatDirection): number | null {
  const centres = boxes.map(centre)
  const from = centres[index]
  if (!from) throw new RangeError(`there is no box ${index} among ${boxes.length}`)
  const rows = seatRows(boxes)
  const rowIndex = rows.findIndex((row) => row.includes(index))
  const row = rows[rowIndex] ?? []
  if (direction === 'left') return row[row.indexOf(index) - 1] ?? null
  if (direction === 'right') return row[row.indexOf(index) + 1] ?? null
  let nearest: number | null = null
  let leastDistance = Infinity
  for (const candidate of (direction === 'up' ? rows.slice(0, rowIndex) : rows.slice(rowIndex + 1)).flat()) {
    const distance = columnDistance(from, centres[candidate] ?? from)
    if (distance < leastDistance) [nearest, leastDistance] = [candidate, distance]
  }
  return nearest
}
