import { describe, expect, test } from 'vitest'
import { sceneSignals, type ReviewStudent } from '#main/workbench/learning/review-signals.ts'

const student = (studentId: number, change: Partial<ReviewStudent> = {}): ReviewStudent => ({
  studentId,
  box: { x1: 100 * studentId, y1: 0, x2: 100 * studentId + 50, y2: 60 },
  score: null,
  label: null,
  prediction: { classIndex: 0, confidence: 0.9, margin: null },
  other: null,
  unfamiliar: null,
  heldOut: null,
  ...change,
})
const predicted = (classIndex: number, confidence = 0.9, margin: number | null = null) => ({
  prediction: { classIndex, confidence, margin },
})
const byHand = (classIndex: number, stands = false) => ({ label: { classIndex, byHand: true, stands } })
const reasonsOf = (...students: readonly ReviewStudent[]) =>
  sceneSignals(students).map(({ signals }) => signals.map(({ reason }) => reason))

test('nobody is no scene', () => expect(sceneSignals([])).toEqual([]))

describe('a student alone', () => {
  test.each([
    ['a sure prediction', student(1), []],
    ['a tie', student(1, predicted(1, 0.45, 0.02)), ['margin']],
    ['a margin just too wide', student(1, predicted(1, 0.6, 0.35)), []],
    ['no prediction', student(1, { prediction: null }), []],
    ['another model says the same', student(1, { other: { classIndex: 0, confidence: 0.5 } }), []],
    ['another model says otherwise', student(1, { other: { classIndex: 2, confidence: 0.5 } }), ['models-disagree']],
    ['no box', student(1, { box: null, ...predicted(1, 0.4, 0) }), ['margin']],
    ['unlike anybody labelled, however sure the head is', student(1, { unfamiliar: 1.2 }), ['unfamiliar']],
    ['unlike anybody labelled, with a label since', student(1, { unfamiliar: 1.2, ...byHand(1, true) }), []],
    [
      'unlike anybody else labelled, with a label of a file',
      student(1, { unfamiliar: 1.2, label: { classIndex: 0, byHand: false, stands: false } }),
      [],
    ],
    ['a person has looked', student(1, { ...predicted(1, 0.4, 0), ...byHand(1) }), []],
    [
      'a file gave the label',
      student(1, { ...predicted(1, 0.4, 0), label: { classIndex: 1, byHand: false, stands: false } }),
      ['margin'],
    ],
  ])('%s', (_name, given, expected) => expect(reasonsOf(given)).toEqual([expected]))

  test('the farther from all labelled, the stronger; the value says how far', () => {
    const [near, far] = sceneSignals([student(1, { unfamiliar: 1.01 }), student(2, { unfamiliar: 3 })])
    expect(far!.signals[0]!.value).toBe(3)
    expect(far!.signals[0]!.strength).toBeGreaterThan(near!.signals[0]!.strength)
    expect(far!.signals[0]!.strength).toBeLessThan(1)
  })

  test('a closer tie is stronger, and its value is the margin', () => {
    const [close, wider] = sceneSignals([student(1, predicted(0, 0.5, 0.01)), student(2, predicted(0, 0.5, 0.2))])
    expect(close!.signals[0]!.value).toBe(0.01)
    expect(close!.signals[0]!.strength).toBeGreaterThan(wider!.signals[0]!.strength)
  })
})

describe('neighbours', () => {
  const row = (...classes: readonly number[]) => classes.map((one, index) => student(index + 1, predicted(one)))

  test('one among others who all do something else', () => {
    const signals = reasonsOf(...row(1, 1, 0, 1, 1))
    expect(signals[2]).toEqual(['neighbours-disagree'])
    expect(signals[0]).toEqual([])
  })
  test('three of four are enough, two are not', () => {
    expect(reasonsOf(...row(1, 1, 0, 1, 0))[2]).toEqual(['neighbours-disagree'])
    expect(reasonsOf(...row(1, 2, 0, 1, 2))[2]).toEqual([])
  })
  test('with fewer than three neighbours nothing is odd', () => {
    expect(reasonsOf(...row(1, 0, 1))).toEqual([[], [], []])
  })
  test('a label says what a neighbour does, not its prediction', () => {
    const others = [1, 2, 4, 5].map((id) => student(id, { ...predicted(0), ...byHand(1, true) }))
    const signals = reasonsOf(...others, student(3, predicted(0)))
    expect(signals[4]).toEqual(['neighbours-disagree'])
  })
  test('only the nearest four count', () => {
    const signals = reasonsOf(...row(0, 0, 0, 1, 1, 0, 1, 1, 0))
    expect(signals[5]).toEqual(['neighbours-disagree'])
  })
  test('students in one place, and without a box, are no error', () => {
    const same = { box: { x1: 0, y1: 0, x2: 0, y2: 0 } }
    expect(() =>
      reasonsOf(student(1, same), student(2, same), student(3, { box: null }), student(4, same)),
    ).not.toThrow()
  })
})

describe('labels and boxes', () => {
  test('what is said without the label stands beside it', () => {
    const [one] = sceneSignals([student(1, { ...byHand(0), heldOut: Float32Array.of(0.05, 0.75, 0.2) })])
    expect(one!.doubt).toMatchObject({ likeliest: 1 })
    expect(one!.doubt!.labelProbability).toBeCloseTo(0.05)
  })
  test('a box twice as high as all others in its row is odd, further back small ones are not', () => {
    const seat = (id: number, y: number, height: number) =>
      student(id, { score: 0.5, box: { x1: 60 * id, y1: y, x2: 60 * id + 40, y2: y + height } })
    const rows = [0, 1, 2].flatMap((line) =>
      Array.from({ length: 5 }, (_, place) => seat(10 * line + place, 100 + 150 * line, 40 + 30 * line)),
    )
    expect(sceneSignals(rows).some(({ isOddSize }) => isOddSize)).toBe(false)
    const odd = rows.map((one, index) => (index === 2 ? seat(2, 100, 130) : one))
    expect(sceneSignals(odd).map(({ isOddSize }) => isOddSize)).toEqual(odd.map((_, index) => index === 2))
  })
  test('a few boxes tell nothing of sizes', () => {
    const three = [20, 20, 200].map((height, id) => student(id, { box: { x1: 0, y1: 0, x2: 10, y2: height } }))
    expect(sceneSignals(three).some(({ isOddSize }) => isOddSize)).toBe(false)
  })
  test('a box whose student a person labelled is no longer doubted', () => {
    const [one] = sceneSignals([student(1, { score: 0.17, ...byHand(0) })])
    expect(one!.score).toBeNull()
  })
})
