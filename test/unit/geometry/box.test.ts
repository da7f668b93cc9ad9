import { describe, expect, it } from 'vitest'
import {
  area,
  boxesTouching,
  boxIssue,
  boxSize,
  centre,
  clipBox,
  containsPoint,
  intersectionOverUnion,
  isInverted,
  uprightBox,
  type Box,
} from '#shared/geometry/box.ts'

const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 })
const unit = box(0, 0, 10, 10)
/** Row 30 of RAFNet's demo, inverted in y. */
const row30 = box(689.2248, 135.969, 756.6667, 84.8062)

describe('uprightBox', () => {
  it.each([
    ['upright', box(1, 2, 3, 4)],
    ['swapped in x', box(3, 2, 1, 4)],
    ['swapped in y', box(1, 4, 3, 2)],
    ['swapped in both', box(3, 4, 1, 2)],
  ])('%s', (_, stored) => {
    expect(uprightBox(stored)).toEqual(box(1, 2, 3, 4))
  })

  it('leaves the stored box as it was', () => {
    const stored = Object.freeze(box(3, 4, 1, 2))
    uprightBox(stored)
    expect(stored).toEqual(box(3, 4, 1, 2))
  })
})

describe('isInverted and boxIssue', () => {
  it.each([
    ['sound', box(10, 10, 20, 20), null],
    ['the whole photo', box(0, 0, 100, 50), null],
    ['inverted in x', box(20, 10, 10, 20), 'inverted'],
    ['inverted in y', box(10, 20, 20, 10), 'inverted'],
    ['inverted and outside', box(-5, 20, 20, 10), 'inverted'],
    ['no width', box(10, 10, 10, 20), 'empty'],
    ['no height', box(10, 10, 20, 10), 'empty'],
    ['a point outside', box(-5, -5, -5, -5), 'empty'],
    ['not a number', box(10, Number.NaN, 20, 20), 'empty'],
    ['over the left edge', box(-0.01, 10, 20, 20), 'outside'],
    ['over the top', box(10, -1, 20, 20), 'outside'],
    ['over the right edge', box(10, 10, 100.01, 20), 'outside'],
    ['over the bottom', box(10, 10, 20, 51), 'outside'],
    ['wholly outside', box(200, 200, 210, 210), 'outside'],
    ['without end', box(10, 10, Infinity, 20), 'outside'],
  ])('%s', (_, stored, issue) => {
    expect(boxIssue(stored, 100, 50)).toBe(issue)
    expect(isInverted(stored)).toBe(issue === 'inverted')
  })

  it('finds row 30 of the demo inverted', () => {
    expect(boxIssue(row30, 1280, 720)).toBe('inverted')
  })
})

describe('measures', () => {
  it('are those of the upright box', () => {
    expect(centre(row30)).toEqual(centre(uprightBox(row30)))
    expect(boxSize(box(30, 5, 10, 45))).toEqual({ widthPx: 20, heightPx: 40 })
    expect(area(box(30, 5, 10, 45))).toBe(800)
    expect(area(box(1, 1, 1, 9))).toBe(0)
  })
})

describe('intersectionOverUnion', () => {
  it.each([
    ['the same', unit, unit, 1],
    ['half over', unit, box(5, 0, 15, 10), 1 / 3],
    ['one in the other', unit, box(0, 0, 5, 5), 0.25],
    ['sharing an edge', unit, box(10, 0, 20, 10), 0],
    ['apart', unit, box(30, 30, 40, 40), 0],
    ['apart in both, so that two negatives multiply', box(20, 20, 30, 30), unit, 0],
    ['one inverted', unit, box(15, 10, 5, 0), 1 / 3],
    ['one empty', unit, box(5, 5, 5, 5), 0],
    ['both empty', box(5, 5, 5, 5), box(5, 5, 5, 5), 0],
  ])('%s', (_, first, second, expected) => {
    expect(intersectionOverUnion(first, second)).toBeCloseTo(expected, 12)
    expect(intersectionOverUnion(second, first)).toBeCloseTo(expected, 12)
  })
})

describe('containsPoint', () => {
  it.each([
    ['inside', { x: 5, y: 5 }, true],
    ['on an edge', { x: 10, y: 3 }, true],
    ['on a corner', { x: 0, y: 0 }, true],
    ['beside', { x: 10.001, y: 5 }, false],
    ['below', { x: 5, y: 11 }, false],
    ['nowhere', { x: Number.NaN, y: 5 }, false],
  ])('%s', (_, point, expected) => {
    expect(containsPoint(unit, point)).toBe(expected)
    expect(containsPoint(box(10, 10, 0, 0), point)).toBe(expected)
  })
})

describe('boxesTouching', () => {
  const boxes = [unit, box(20, 20, 30, 30), box(35, 8, 25, 2), box(5, 5, 5, 5)]

  it('takes what overlaps, in order, whichever way the marquee was dragged', () => {
    expect(boxesTouching(boxes, box(4, 4, 27, 6))).toEqual([0, 2, 3])
    expect(boxesTouching(boxes, box(27, 6, 4, 4))).toEqual([0, 2, 3])
  })

  it('takes what shares an edge, and what lies around a marquee inside it', () => {
    expect(boxesTouching(boxes, box(30, 30, 40, 40))).toEqual([1])
    expect(boxesTouching(boxes, box(21, 21, 22, 22))).toEqual([1])
  })

  it('takes nobody where nobody is', () => {
    expect(boxesTouching(boxes, box(100, 100, 200, 200))).toEqual([])
    expect(boxesTouching([], unit)).toEqual([])
  })
})

describe('clipBox', () => {
  const image = { widthPx: 100, heightPx: 50 }

  it.each([
    ['inside', box(10, 10, 20, 20), box(10, 10, 20, 20)],
    ['inverted', box(20, 20, 10, 10), box(10, 10, 20, 20)],
    ['over every edge', box(-5, -5, 200, 200), box(0, 0, 100, 50)],
    ['over one corner', box(90, 40, 120, 70), box(90, 40, 100, 50)],
    ['wholly outside', box(120, 10, 130, 20), null],
    ['outside along an edge', box(100, 0, 110, 50), null],
    ['empty', box(10, 10, 10, 20), null],
    ['not a number', box(10, Number.NaN, 20, 20), null],
  ])('%s', (_, stored, expected) => {
    expect(clipBox(stored, image)).toEqual(expected)
  })
})
