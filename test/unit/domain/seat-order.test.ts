import { describe, expect, it } from 'vitest'
import { neighbourSeat, seatOrder, seatRows } from '#shared/domain/seat-order.ts'
import type { Box } from '#shared/geometry/box.ts'

/** A box by its centre and size. */
const at = (x: number, y: number, heightPx = 40, widthPx = heightPx): Box => ({
  x1: x - widthPx / 2,
  y1: y - heightPx / 2,
  x2: x + widthPx / 2,
  y2: y + heightPx / 2,
})

/** Three rows of four, listed column by column from the right. */
const grid = [4, 3, 2, 1].flatMap((column) => [1, 2, 3].map((row) => at(column * 100, row * 100)))
const places = (boxes: readonly Box[], indices: readonly number[]) =>
  indices.map((index) => {
    const { x1 = 0, x2 = 0, y1 = 0, y2 = 0 } = boxes[index] ?? {}
    return [(x1 + x2) / 2, (y1 + y2) / 2]
  })

describe('seatRows', () => {
  it('has no rows without boxes and one of one box', () => {
    expect(seatRows([])).toEqual([])
    expect(seatRows([at(5, 5)])).toEqual([[0]])
  })

  it('reads a grid from the top left, row by row', () => {
    expect(places(grid, seatOrder(grid))).toEqual(
      [1, 2, 3].flatMap((row) => [1, 2, 3, 4].map((column) => [column * 100, row * 100])),
    )
  })

  it('keeps a row whose heads go up and down by less than half a height', () => {
    expect(seatRows([at(100, 100), at(200, 115), at(300, 95), at(400, 110), at(100, 160)])).toEqual([[0, 1, 2, 3], [4]])
  })

  it('parts the small, close rows at the back though the front row is large', () => {
    const back = [at(100, 50, 20), at(200, 50, 20), at(100, 66, 20), at(200, 66, 20)]
    const front = [at(100, 300, 150), at(300, 310, 150), at(500, 290, 150), at(700, 300, 150)]
    expect(seatRows([...front, ...back])).toEqual([
      [4, 5],
      [6, 7],
      [0, 1, 2, 3],
    ])
  })

  it('does not part a row because of one flat or one tall box', () => {
    const row = [at(100, 100), at(200, 112, 1e-9), at(300, 90), at(400, 110, 300), at(500, 100)]
    expect(seatRows(row)).toEqual([[0, 1, 2, 3, 4]])
  })

  it('takes an inverted box as the rectangle it spans', () => {
    const upright = [at(100, 100), at(200, 100), at(300, 100)]
    const inverted = upright.map(({ x1, y1, x2, y2 }, index) =>
      index === 1 ? { x1: x2, y1: y2, x2: x1, y2: y1 } : { x1, y1, x2, y2 },
    )
    expect(seatRows(inverted)).toEqual(seatRows(upright))
  })

  it('keeps boxes in one place in the order given', () => {
    expect(seatOrder([at(50, 50), at(50, 50), at(50, 50), at(10, 50)])).toEqual([3, 0, 1, 2])
  })

  it('puts empty boxes at one height in one row', () => {
    expect(seatRows([at(30, 5, 0), at(10, 5, 0), at(20, 5, 0)])).toEqual([[1, 2, 0]])
  })

  it('orders the same students alike however they are listed', () => {
    const order = places(grid, seatOrder(grid))
    const reversed = grid.toReversed()
    expect(places(reversed, seatOrder(reversed))).toEqual(order)
  })

  it('changes nothing in the boxes', () => {
    const boxes = Object.freeze(grid.map((box) => Object.freeze({ ...box })))
    expect(seatOrder(boxes).toSorted((a, b) => a - b)).toEqual(grid.map((_, index) => index))
  })

  it('refuses a box that is nowhere', () => {
    expect(() => seatOrder([at(1, 1), at(Number.NaN, 1)])).toThrow(/box 1 has no centre/)
    expect(() => seatOrder([at(Infinity, 1)])).toThrow(RangeError)
  })
})

describe('neighbourSeat', () => {
  const indexOf = (x: number, y: number) =>
    grid.findIndex((box) => (box.x1 + box.x2) / 2 === x && (box.y1 + box.y2) / 2 === y)

  it.each([
    ['left', 100, 200],
    ['right', 300, 200],
    ['up', 200, 100],
    ['down', 200, 300],
  ] as const)('%s of the second seat of the second row', (direction, x, y) => {
    expect(neighbourSeat(grid, indexOf(200, 200), direction)).toBe(indexOf(x, y))
  })

  it('is null at the edges', () => {
    expect(neighbourSeat(grid, indexOf(100, 100), 'left')).toBeNull()
    expect(neighbourSeat(grid, indexOf(100, 100), 'up')).toBeNull()
    expect(neighbourSeat(grid, indexOf(400, 300), 'right')).toBeNull()
    expect(neighbourSeat(grid, indexOf(400, 300), 'down')).toBeNull()
    expect(neighbourSeat([at(5, 5)], 0, 'down')).toBeNull()
  })

  it('goes past a row whose only student sits far away', () => {
    const boxes = [at(100, 100), at(900, 160), at(110, 220)]
    expect(neighbourSeat(boxes, 0, 'down')).toBe(2)
    expect(neighbourSeat(boxes, 2, 'up')).toBe(0)
  })

  it('takes the left of two equally near seats', () => {
    expect(neighbourSeat([at(200, 100), at(250, 200), at(150, 200)], 0, 'down')).toBe(2)
  })

  it('walks a whole row and back', () => {
    const [row = []] = seatRows(grid)
    for (const [place, index] of row.slice(0, -1).entries()) {
      const next = neighbourSeat(grid, index, 'right')
      expect(next).toBe(row[place + 1])
      expect(neighbourSeat(grid, next ?? -1, 'left')).toBe(index)
    }
  })

  it('refuses an index that is none of the boxes', () => {
    expect(() => neighbourSeat(grid, grid.length, 'up')).toThrow(RangeError)
    expect(() => neighbourSeat([], 0, 'up')).toThrow(/no box 0/)
  })
})
