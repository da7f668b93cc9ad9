import { describe, expect, test } from 'vitest'
import {
  boxAt,
  drag,
  handleAt,
  handlePoints,
  press,
  release,
  resting,
  type Hand,
  type Press,
  type Surface,
} from '../../../../src-renderer/canvas/hand.ts'

const image = { widthPx: 400, heightPx: 300 }
const box = { x1: 100, y1: 100, x2: 160, y2: 180 }
const small = { x1: 120, y1: 120, x2: 140, y2: 140 }
const surface: Surface = {
  image,
  viewport: { scale: 2, offsetX: 10, offsetY: 20 },
  boxes: [
    { studentId: 1, box },
    { studentId: 2, box: small },
  ],
  selected: [],
  handled: null,
  tool: 'pointer',
}
/** A point of the photo as the hand meets it on screen. */
const at = (x: number, y: number) => ({ x: x * 2 + 10, y: y * 2 + 20 })
const main: Omit<Press, 'at'> = { button: 'main', shift: false, control: false, space: false }
const down = (x: number, y: number, change: Partial<Press> = {}, on = surface) =>
  press(on, { at: at(x, y), ...main, ...change })

describe('pressing', () => {
  test('on a box selects it on the way down', () => {
    expect(down(110, 110).effect).toEqual({ kind: 'select', studentIds: [1], how: 'set' })
  })

  test('a box inside a larger one is the one that is meant', () => {
    expect(down(130, 130).effect).toEqual({ kind: 'select', studentIds: [2], how: 'set' })
  })

  test('on a box of several selected ones selects it alone only when let go, so that it can be dragged', () => {
    const many = { ...surface, selected: [1, 2] }
    const { hand, effect } = down(110, 110, {}, many)
    expect(effect).toBeNull()
    expect(release(hand, many, at(110, 110)).effect).toEqual({ kind: 'select', studentIds: [1], how: 'set' })
  })

  test('on the one selected box changes nothing', () => {
    const one = { ...surface, selected: [1] }
    const { hand, effect } = down(110, 110, {}, one)
    expect([effect, release(hand, one, at(110, 110)).effect]).toEqual([null, null])
  })

  test('with Control toggles when let go, and never drags', () => {
    const { hand } = down(110, 110, { control: true })
    const moved = drag(hand, surface, at(150, 150))
    expect(moved.hand).toEqual(hand)
    expect(release(moved.hand, surface, at(150, 150)).effect).toEqual({
      kind: 'select',
      studentIds: [1],
      how: 'toggle',
    })
  })

  test('on the ground without moving selects nobody; with moving pans', () => {
    const { hand } = down(300, 50)
    expect(release(hand, surface, at(300, 50)).effect).toEqual({ kind: 'select', studentIds: [], how: 'set' })
    const panned = drag(hand, surface, at(310, 60))
    expect(panned.effect).toEqual({ kind: 'look', viewport: { scale: 2, offsetX: 30, offsetY: 40 } })
    expect(release(panned.hand, surface, at(310, 60)).effect).toBeNull()
  })

  test.each([{ space: true }, { button: 'middle' as const }])('%o pans even over a box', (change) => {
    expect(down(110, 110, change).hand.kind).toBe('panning')
  })
})

describe('moving and resizing', () => {
  const pressed = down(110, 110).hand

  test('less than the threshold is no drag', () => {
    const { hand } = drag(pressed, surface, { x: at(110, 110).x + 3, y: at(110, 110).y })
    expect(hand.kind).toBe('pressing')
  })

  test('moves by photo px, inside the photo', () => {
    const near = drag(pressed, surface, at(120, 115))
    expect(release(near.hand, surface, at(120, 115)).effect).toEqual({
      kind: 'set-box',
      studentId: 1,
      box: { x1: 110, y1: 105, x2: 170, y2: 185 },
    })
    const far = drag(pressed, surface, at(-500, -500))
    expect(far.hand).toMatchObject({ box: { x1: 0, y1: 0, x2: 60, y2: 80 } })
  })

  test('a drag that comes back to where it began changes nothing', () => {
    const there = drag(pressed, surface, at(150, 150)).hand
    const back = drag(there, surface, at(110, 110)).hand
    expect(release(back, surface, at(110, 110)).effect).toBeNull()
  })

  test('a box that was deleted meanwhile cannot be dragged', () => {
    expect(drag(pressed, { ...surface, boxes: [] }, at(200, 200)).hand.kind).toBe('pressing')
  })

  test('a handle resizes; an edge stops 8 px before the other and never passes it', () => {
    const handled = { ...surface, selected: [1], handled: { studentId: 1, box } }
    const { hand } = down(160, 180, {}, handled)
    expect(hand).toMatchObject({ kind: 'resizing-box', handle: 'se' })
    expect(drag(hand, handled, at(170, 190)).hand).toMatchObject({ box: { x1: 100, y1: 100, x2: 170, y2: 190 } })
    expect(drag(hand, handled, at(0, 0)).hand).toMatchObject({ box: { x1: 100, y1: 100, x2: 108, y2: 108 } })
  })

  test('an inverted box is taken by its upright corners and stored upright', () => {
    const inverted = { x1: 160, y1: 180, x2: 100, y2: 100 }
    const handled = { ...surface, handled: { studentId: 1, box: inverted } }
    const { hand } = down(100, 100, {}, handled)
    expect(drag(hand, handled, at(90, 90)).hand).toMatchObject({
      handle: 'nw',
      box: { x1: 90, y1: 90, x2: 160, y2: 180 },
    })
  })
})

describe('drawing', () => {
  const drawing = { ...surface, tool: 'draw' as const }
  const drawn = (from: readonly [number, number], to: readonly [number, number]) => {
    const { hand } = down(...from, {}, drawing)
    return release(drag(hand, drawing, at(...to)).hand, drawing, at(...to)).effect
  }

  test('over a box draws all the same, any way round', () => {
    const wanted = { kind: 'draw', box: { x1: 110, y1: 110, x2: 150, y2: 170 } }
    expect(drawn([110, 110], [150, 170])).toEqual(wanted)
    expect(drawn([150, 170], [110, 110])).toEqual(wanted)
  })

  test('a press without a drag, and anything under 8 px, draws nothing', () => {
    expect(drawn([110, 110], [110, 110])).toBeNull()
    expect(drawn([110, 110], [117.9, 200])).toBeNull()
    expect(drawn([110, 110], [118, 118])).not.toBeNull()
  })

  test('is cut at the border of the photo; wholly outside it draws nothing', () => {
    expect(drawn([390, 290], [600, 500])).toEqual({ kind: 'draw', box: { x1: 390, y1: 290, x2: 400, y2: 300 } })
    expect(drawn([410, 310], [600, 500])).toBeNull()
  })
})

describe('marquee', () => {
  const catchAll = (change: Partial<Press>, to: readonly [number, number]) => {
    const { hand } = down(90, 90, { shift: true, ...change })
    return release(drag(hand, surface, at(...to)).hand, surface, at(...to)).effect
  }

  test('catches what it touches; with Control adds', () => {
    expect(catchAll({}, [105, 105])).toEqual({ kind: 'select', studentIds: [1], how: 'set' })
    expect(catchAll({ control: true }, [200, 200])).toEqual({ kind: 'select', studentIds: [1, 2], how: 'add' })
  })

  test('of no size on the ground catches nobody', () => {
    expect(catchAll({}, [90, 90])).toEqual({ kind: 'select', studentIds: [], how: 'set' })
  })
})

describe('resting', () => {
  test('moving and letting go of nothing does nothing', () => {
    expect(drag(resting, surface, at(1, 1))).toEqual({ hand: resting, effect: null })
    expect(release(resting, surface, at(1, 1))).toEqual({ hand: resting, effect: null })
  })

  test.each<Hand['kind']>(['pressing', 'moving-box'])('after %s comes rest', (kind) => {
    const hand = kind === 'pressing' ? down(110, 110).hand : drag(down(110, 110).hand, surface, at(150, 150)).hand
    expect(hand.kind).toBe(kind)
    expect(release(hand, surface, at(150, 150)).hand).toEqual(resting)
  })
})

describe('finding', () => {
  test('a box off every box is none; an edge counts', () => {
    expect(boxAt(surface.boxes, { x: 99.9, y: 100 })).toBeNull()
    expect(boxAt(surface.boxes, { x: 100, y: 100 })?.studentId).toBe(1)
    expect(boxAt([], { x: 0, y: 0 })).toBeNull()
  })

  test('eight handles, each found under its own point and nothing 10 px off', () => {
    for (const [handle, point] of handlePoints(box)) {
      expect(handleAt(surface.viewport, box, at(point.x, point.y))).toBe(handle)
    }
    expect(handleAt(surface.viewport, box, { x: at(100, 100).x - 10, y: at(100, 100).y })).toBeNull()
  })
})
