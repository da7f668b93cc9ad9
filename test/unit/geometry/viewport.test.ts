import { describe, expect, it } from 'vitest'
import {
  clampViewport,
  fitViewport,
  pan,
  toImage,
  toView,
  visibleBox,
  zoomAt,
  type Viewport,
} from '#shared/geometry/viewport.ts'

const image = { widthPx: 1280, heightPx: 720 }
const view = { widthPx: 640, heightPx: 500 }
const limits = { minimum: 0.1, maximum: 8 }

describe('fitViewport', () => {
  it('shows the whole photo, centred', () => {
    expect(fitViewport(image, view)).toEqual({ scale: 0.5, offsetX: 0, offsetY: 70 })
  })

  it('leaves the padding free on the side that limits', () => {
    const fitted = fitViewport(image, view, 20)
    expect(toView(fitted, { x: 0, y: 0 }).x).toBeCloseTo(20, 9)
    expect(toView(fitted, { x: 1280, y: 720 }).x).toBeCloseTo(620, 9)
    expect(toView(fitted, { x: 640, y: 360 })).toEqual({ x: 320, y: 250 })
  })

  it('enlarges a small photo', () => {
    expect(fitViewport({ widthPx: 64, heightPx: 10 }, view).scale).toBe(10)
  })

  it.each([
    ['no view yet', image, { widthPx: 0, heightPx: 0 }, 0],
    ['no photo', { widthPx: 0, heightPx: 0 }, view, 0],
    ['more padding than view', image, view, 400],
  ])('is 100 %% with %s', (_, photo, window, padding) => {
    expect(fitViewport(photo, window, padding)).toEqual({ scale: 1, offsetX: 0, offsetY: 0 })
  })
})

describe('toView and toImage', () => {
  it('undo each other', () => {
    const viewport = { scale: 0.37, offsetX: -123.5, offsetY: 41 }
    const there = toView(viewport, { x: 689.2248, y: 135.969 })
    expect(there.x).toBeCloseTo(689.2248 * 0.37 - 123.5, 9)
    expect(toImage(viewport, there).x).toBeCloseTo(689.2248, 9)
    expect(toImage(viewport, there).y).toBeCloseTo(135.969, 9)
  })
})

describe('zoomAt', () => {
  const start: Viewport = { scale: 0.5, offsetX: 0, offsetY: 70 }
  const pointer = { x: 200, y: 300 }

  it.each([2, 0.5, 1.1, 1000, 0.0001, 1])('keeps the image point under the pointer at factor %d', (factor) => {
    const before = toImage(start, pointer)
    const after = toImage(zoomAt(start, pointer, factor, limits), pointer)
    expect(after.x).toBeCloseTo(before.x, 9)
    expect(after.y).toBeCloseTo(before.y, 9)
  })

  it('stays within the limits', () => {
    expect(zoomAt(start, pointer, 1000, limits).scale).toBe(8)
    expect(zoomAt(start, pointer, 0.0001, limits).scale).toBe(0.1)
  })

  it('changes nothing at a limit', () => {
    const most = zoomAt(start, pointer, 1000, limits)
    expect(zoomAt(most, { x: 1, y: 1 }, 2, limits)).toEqual(most)
  })
})

describe('pan', () => {
  it('moves by view px at any scale', () => {
    expect(pan({ scale: 4, offsetX: 10, offsetY: 20 }, -3, 5)).toEqual({ scale: 4, offsetX: 7, offsetY: 25 })
  })
})

describe('clampViewport', () => {
  it.each([
    ['left', { scale: 1, offsetX: -5000, offsetY: 0 }, { scale: 1, offsetX: 64 - 1280, offsetY: 0 }],
    ['right', { scale: 1, offsetX: 5000, offsetY: 0 }, { scale: 1, offsetX: 640 - 64, offsetY: 0 }],
    ['up', { scale: 1, offsetX: 0, offsetY: -5000 }, { scale: 1, offsetX: 0, offsetY: 64 - 720 }],
    ['down', { scale: 1, offsetX: 0, offsetY: 5000 }, { scale: 1, offsetX: 0, offsetY: 500 - 64 }],
    ['in sight', { scale: 0.5, offsetX: 30, offsetY: -20 }, { scale: 0.5, offsetX: 30, offsetY: -20 }],
  ])('%s', (_, viewport, expected) => {
    expect(clampViewport(viewport, image, view)).toEqual(expected)
  })

  it('keeps all of a photo that is smaller than the strip', () => {
    const small = { widthPx: 20, heightPx: 10 }
    expect(clampViewport({ scale: 1, offsetX: -50, offsetY: 900 }, small, view)).toEqual({
      scale: 1,
      offsetX: 0,
      offsetY: 490,
    })
  })

  it('is the same after a second time', () => {
    const once = clampViewport({ scale: 3, offsetX: -9000, offsetY: 9000 }, image, view)
    expect(clampViewport(once, image, view)).toEqual(once)
  })
})

describe('visibleBox', () => {
  it('is the photo and its free border when it fits', () => {
    expect(visibleBox(fitViewport(image, view), view)).toEqual({ x1: 0, y1: -140, x2: 1280, y2: 860 })
  })

  it('is a part of the photo when it is zoomed in', () => {
    expect(visibleBox({ scale: 4, offsetX: -400, offsetY: -800 }, view)).toEqual({ x1: 100, y1: 200, x2: 260, y2: 325 })
  })
})
