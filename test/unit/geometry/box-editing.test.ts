import { describe, expect, it } from 'vitest'
import { boxHandles, moveBox, resizeBox } from '#shared/geometry/box-editing.ts'
import type { Box } from '#shared/geometry/box.ts'

const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 })
const image = { widthPx: 100, heightPx: 50 }

describe('moveBox', () => {
  it.each([
    ['freely without a photo', box(10, 10, 20, 20), -30, 5, undefined, box(-20, 15, -10, 25)],
    ['inside the photo', box(10, 10, 20, 20), 5, -5, image, box(15, 5, 25, 15)],
    ['as far as the left and top edges', box(10, 10, 20, 20), -30, -30, image, box(0, 0, 10, 10)],
    ['as far as the right and bottom edges', box(10, 10, 20, 20), 300, 300, image, box(90, 40, 100, 50)],
    ['an inverted box upright', box(20, 20, 10, 10), 1, 1, image, box(11, 11, 21, 21)],
    ['a box that hangs out stays where it may', box(-5, 10, 5, 20), 0, 1, image, box(-5, 11, 5, 21)],
    ['a box that hangs out comes in', box(-5, 10, 5, 20), 3, 0, image, box(-2, 10, 8, 20)],
    ['a box that hangs out goes no further', box(-5, 10, 5, 20), -3, 0, image, box(-5, 10, 5, 20)],
    ['an empty box', box(10, 10, 10, 10), 2, 3, image, box(12, 13, 12, 13)],
    ['by nothing', box(10, 10, 20, 20), 0, 0, image, box(10, 10, 20, 20)],
  ])('%s', (_, stored, dx, dy, within, expected) => {
    expect(moveBox(stored, dx, dy, within)).toEqual(expected)
  })
})

describe('resizeBox', () => {
  const stored = box(20, 20, 40, 50)

  it.each([
    ['nw', box(23, 16, 40, 50)],
    ['n', box(20, 16, 40, 50)],
    ['ne', box(20, 16, 43, 50)],
    ['e', box(20, 20, 43, 50)],
    ['se', box(20, 20, 43, 46)],
    ['s', box(20, 20, 40, 46)],
    ['sw', box(23, 20, 40, 46)],
    ['w', box(23, 20, 40, 50)],
  ] as const)('%s moves only its own edges', (handle, expected) => {
    expect(resizeBox(stored, handle, 3, -4, 4)).toEqual(expected)
  })

  it.each([
    ['nw', 500, 500, box(36, 46, 40, 50)],
    ['se', -500, -500, box(20, 20, 24, 24)],
    ['w', 500, 500, box(36, 20, 40, 50)],
    ['s', 500, -500, box(20, 20, 40, 24)],
  ] as const)('%s stops at the least size and never turns the box inside out', (handle, dx, dy, expected) => {
    expect(resizeBox(stored, handle, dx, dy, 4)).toEqual(expected)
  })

  it.each(boxHandles)('%s of an inverted box is that of the rectangle it spans', (handle) => {
    expect(resizeBox(box(40, 50, 20, 20), handle, 3, 3, 4)).toEqual(resizeBox(stored, handle, 3, 3, 4))
  })

  it('gives a box smaller than the least size that size', () => {
    expect(resizeBox(box(20, 20, 20, 20), 'se', 0, 0, 4)).toEqual(box(20, 20, 24, 24))
  })
})
