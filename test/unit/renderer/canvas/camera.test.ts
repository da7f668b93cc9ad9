import { describe, expect, test } from 'vitest'
import { toView } from '#shared/geometry/viewport.ts'
import { createCamera, wayToReveal } from '../../../../src-renderer/canvas/camera.ts'
import { pinched } from '../../../../src-renderer/canvas/pinch.ts'

const photo = { widthPx: 1000, heightPx: 500 }
const view = { widthPx: 532, heightPx: 432 }
const fitted = () => {
  const camera = createCamera()
  camera.setView(view)
  camera.setPhoto(photo)
  return camera
}

describe('camera', () => {
  test('a new photo is shown whole, in the middle', () => {
    expect(fitted().viewport()).toEqual({ scale: 0.5, offsetX: 16, offsetY: 91 })
  })

  test('a fitted photo stays fitted when the view changes; a zoomed one keeps its middle', () => {
    const camera = fitted()
    camera.setView({ widthPx: 1032, heightPx: 832 })
    expect(camera.viewport().scale).toBe(1)
    camera.zoomBy(2)
    const before = camera.viewport()
    camera.setView({ widthPx: 1132, heightPx: 832 })
    expect(camera.viewport()).toEqual({ ...before, offsetX: before.offsetX + 50 })
  })

  test('zooms about the point, and 100 % is one px for one', () => {
    const camera = fitted()
    const point = toView(camera.viewport(), { x: 300, y: 200 })
    camera.zoomBy(3, point)
    expect(toView(camera.viewport(), { x: 300, y: 200 })).toEqual(point)
    camera.actualSize()
    expect(camera.viewport().scale).toBe(1)
  })

  test('cannot be zoomed or panned until the photo is lost', () => {
    const camera = fitted()
    for (let turn = 0; turn < 40; turn++) camera.zoomBy(2)
    expect(camera.viewport().scale).toBe(16)
    for (let turn = 0; turn < 80; turn++) camera.zoomBy(0.5)
    expect(camera.viewport().scale).toBe(0.25)
    camera.look({ scale: 0.25, offsetX: 99_999, offsetY: -99_999 })
    const { offsetX, offsetY } = camera.viewport()
    expect(offsetX).toBeLessThan(view.widthPx)
    expect(offsetY).toBeGreaterThan(-125)
  })

  test('a view without any size does not divide by nothing', () => {
    const camera = createCamera()
    camera.setPhoto({ widthPx: 0, heightPx: 0 })
    camera.setView({ widthPx: 0, heightPx: 0 })
    camera.zoomBy(2)
    expect(Object.values(camera.viewport()).every(Number.isFinite)).toBe(true)
  })

  test('tells its followers, until they leave', () => {
    const camera = fitted()
    let told = 0
    const leave = camera.follow(() => (told += 1))
    camera.fit()
    leave()
    camera.fit()
    expect(told).toBe(1)
  })
})

describe('revealing', () => {
  const viewport = { scale: 1, offsetX: 0, offsetY: 0 }

  test('what is in sight stays', () => {
    expect(wayToReveal({ x1: 10, y1: 10, x2: 60, y2: 60 }, viewport, view)).toEqual({ dx: 0, dy: 0 })
  })

  test('what is off screen comes in by its edge and a margin', () => {
    expect(wayToReveal({ x1: 600, y1: -80, x2: 650, y2: -30 }, viewport, view)).toEqual({ dx: -158, dy: 120 })
  })

  test('what is larger than the view comes to its middle', () => {
    expect(wayToReveal({ x1: 0, y1: 100, x2: 2000, y2: 150 }, viewport, view).dx).toBe(266 - 1000)
  })
})

describe('pinching', () => {
  const limits = { minimum: 0.1, maximum: 10 }
  const start = { scale: 1, offsetX: 0, offsetY: 0 }

  test('fingers twice as far apart show twice as large, about their middle', () => {
    const after = pinched(
      start,
      [
        { x: 0, y: 0 },
        { x: 100, y: 0 },
      ],
      [
        { x: -50, y: 0 },
        { x: 150, y: 0 },
      ],
      limits,
    )
    expect(after).toEqual({ scale: 2, offsetX: -50, offsetY: 0 })
  })

  test('fingers that move together pan; fingers on one spot do not divide by nothing', () => {
    expect(
      pinched(
        start,
        [
          { x: 0, y: 0 },
          { x: 10, y: 0 },
        ],
        [
          { x: 5, y: 7 },
          { x: 15, y: 7 },
        ],
        limits,
      ),
    ).toEqual({
      scale: 1,
      offsetX: 5,
      offsetY: 7,
    })
    expect(
      pinched(
        start,
        [
          { x: 3, y: 3 },
          { x: 3, y: 3 },
        ],
        [
          { x: 3, y: 3 },
          { x: 9, y: 3 },
        ],
        limits,
      ).scale,
    ).toBe(1)
  })
})
