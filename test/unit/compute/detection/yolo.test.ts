import { describe, expect, test } from 'vitest'
import { decodeYolo } from '#main/compute/detection/decode-yolo.ts'
import { completeCard, yoloCard } from '#main/compute/detection/yolo-card.ts'
import type { YoloLayout } from '#main/compute/detection/yolo-card.ts'
import { checkLayout, recogniseLayout } from '#main/compute/detection/yolo-layout.ts'
import { letterboxInput, planLetterbox } from '#main/compute/detection/yolo-letterbox.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const input = { widthPx: 64, heightPx: 32 } // 8 × 4 + 4 × 2 + 2 × 1 = 42 cells
const cells = 42
const file = 'detector.onnx'

describe('the layout of an answer', () => {
  const zeros = (...dimensions: number[]) => ({
    values: new Float32Array(dimensions.reduce((a, b) => a * b, 1)),
    dimensions,
  })

  test('is told by the axis that counts cells, and YOLOX’s decoding by where the centres lie', () => {
    expect(recogniseLayout(zeros(1, 84, cells), input, file)).toBe('yolov8')
    expect(recogniseLayout(zeros(1, 5, cells), input, file)).toBe('yolov8')
    expect(recogniseLayout(zeros(1, cells, 6), input, file)).toBe('yolox')
    const decoded = zeros(1, cells, 85)
    for (let cell = 0; cell < cells; cell++) decoded.values[85 * cell] = cell * 1.5
    expect(recogniseLayout(decoded, input, file)).toBe('yolox-decoded')
  })

  test.each<[string, readonly number[]]>([
    ['boxes after suppression in the graph', [1, 300, 6]],
    ['three anchors a cell', [1, 3 * cells, 85]],
    ['a head’s own grid', [1, 3, 4, 8, 85]],
    ['several photos', [2, 84, cells]],
    ['no classes', [1, cells, 5]],
    ['only boxes', [1, 4, cells]],
    ['a number', []],
  ])('%s is refused with its shape and what would be read', (_, dimensions) => {
    const error = thrownAppError(() => recogniseLayout(zeros(...dimensions), input, file))
    expect(error.code).toBe('detector.output-unexpected')
    expect(error.message).toContain(`[${dimensions.join(', ')}]`)
    expect(error.message).toContain('[1, 42, 5 + classes]')
  })

  test('a card’s layout must fit', () => {
    expect(() => checkLayout(zeros(1, 84, cells), 'yolov8', input, file)).not.toThrow()
    expect(thrownAppError(() => checkLayout(zeros(1, 84, cells), 'yolox', input, file)).code).toBe(
      'detector.output-unexpected',
    )
  })
})

describe('the letterbox', () => {
  const photo = { widthPx: 100, heightPx: 100 }

  test('puts the photo into the corner or the middle, as large as it fits', () => {
    expect(planLetterbox(photo, input, 'corner')).toEqual({
      input,
      size: { widthPx: 32, heightPx: 32 },
      left: 0,
      top: 0,
    })
    expect(planLetterbox(photo, input, 'centre')).toMatchObject({ left: 16, top: 0 })
    expect(planLetterbox({ widthPx: 1, heightPx: 5000 }, input, 'centre').size).toEqual({ widthPx: 1, heightPx: 32 })
  })

  test.each<[YoloLayout, number, number, number]>([
    ['yolox', 3, 1, 114],
    ['yolov8', 1 / 255, 3 / 255, 114 / 255],
  ])('%s gets its colours in its order and its grey around them', (layout, first, third, grey) => {
    const plan = { input, size: { widthPx: 1, heightPx: 1 }, left: 2, top: 1 }
    const values = letterboxInput(Uint8ClampedArray.of(1, 2, 3, 255), plan, completeCard({}, layout))
    const plane = 64 * 32
    expect(values[64 + 2]).toBe(Math.fround(first))
    expect(values[2 * plane + 64 + 2]).toBe(Math.fround(third))
    expect(values[64 + 3]).toBe(Math.fround(grey))
    expect(values.filter((value) => value === Math.fround(grey))).toHaveLength(3 * plane - 3)
  })

  test('a card’s normalisation comes before its family’s', () => {
    const card = completeCard(
      { divisor: 255, means: [0.5, 0, 0], deviations: [0.5, 1, 1], fill: 0, colours: 'rgb' },
      'yolox',
    )
    const plan = { input, size: { widthPx: 1, heightPx: 1 }, left: 0, top: 0 }
    const values = letterboxInput(Uint8ClampedArray.of(255, 0, 0, 255), plan, card)
    expect([values[0], values[1]]).toEqual([1, -1])
  })
})

describe('decoding', () => {
  const photo = { widthPx: 128, heightPx: 64 }
  const plan = planLetterbox(photo, input, 'corner') // half size

  /** A person in one cell, all else nothing. */
  function answer(layout: YoloLayout, cell: number, numbers: readonly number[]) {
    const columns = numbers.length
    const values = new Float32Array(cells * columns)
    numbers.forEach(
      (value, column) => (values[layout === 'yolov8' ? column * cells + cell : cell * columns + column] = value),
    )
    return { values, dimensions: layout === 'yolov8' ? [1, columns, cells] : [1, cells, columns] }
  }
  const decode = (layout: YoloLayout, cell: number, numbers: readonly number[], card = {}) =>
    decodeYolo(answer(layout, cell, numbers), completeCard(card, layout), plan, photo, file)

  test.each<[YoloLayout, number, readonly number[]]>([
    // Cell 33 is the second of stride 16: (offset 0.5 + 1) · 16 = 24, e^0 · 16 = 16.
    ['yolox', 33, [0.5, 0.25, 0, Math.log(0.5), 0.8, 0.5]],
    ['yolox-decoded', 33, [24, 4, 16, 8, 0.8, 0.5]],
    ['yolov8', 33, [24, 4, 16, 8, 0.4]],
  ])('%s', (layout, cell, numbers) => {
    const [box, ...others] = decode(layout, cell, numbers)
    expect(others).toEqual([])
    const expected = { x1: 32, y1: 0, x2: 64, y2: 16, score: 0.4 }
    for (const key of ['x1', 'y1', 'x2', 'y2', 'score'] as const) expect(box?.[key]).toBeCloseTo(expected[key], 4)
  })

  test('boxes in a centred letterbox are moved back', () => {
    const centred = planLetterbox({ widthPx: 64, heightPx: 64 }, input, 'centre')
    const [box] = decodeYolo(
      answer('yolov8', 0, [32, 16, 8, 8, 0.9]),
      completeCard({}, 'yolov8'),
      centred,
      { widthPx: 64, heightPx: 64 },
      file,
    )
    expect(box).toMatchObject({ x1: 24, y1: 24, x2: 40, y2: 40 })
  })

  test('another class may be the person; one that the model does not know is refused', () => {
    expect(decode('yolov8', 3, [24, 4, 16, 8, 0.1, 0.7], { personClass: 1 })[0]?.score).toBeCloseTo(0.7, 6)
    const error = thrownAppError(() => decode('yolov8', 3, [24, 4, 16, 8, 0.1], { personClass: 1 }))
    expect([error.code, error.details['classes']]).toEqual(['detector.class-unknown', 1])
  })

  test('what is unlikely, outside the photo or not finite is left out', () => {
    expect(decode('yolov8', 3, [24, 4, 16, 8, 0.2])).toEqual([])
    expect(decode('yolov8', 3, [24, 4, 16, 8, NaN])).toEqual([])
    expect(decode('yolov8', 3, [-50, 4, 16, 8, 0.9])).toEqual([])
    expect(decode('yolov8', 3, [NaN, 4, 16, 8, 0.9])).toEqual([])
    expect(decode('yolox', 3, [0, 0, 800, 800, 0.9, 0.9])).toEqual([])
  })
})

describe('a card', () => {
  test('may leave out everything, and knows nothing else', () => {
    expect(yoloCard.parse({})).toEqual({})
    expect(yoloCard.safeParse({ anchors: 3 }).success).toBe(false)
    expect(yoloCard.safeParse({ inputSize: { widthPx: 0, heightPx: 640 } }).success).toBe(false)
    expect(yoloCard.safeParse({ leastScore: 7 }).success).toBe(false)
  })
})
