import { describe, expect, test } from 'vitest'
import type { ReviewReason } from '#shared/contract/learning.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'
import { reviewOrder, type SceneOfSignals } from '#main/workbench/learning/review-order.ts'
import type { StudentSignals } from '#main/workbench/learning/review-signals.ts'

const signals = (studentId: number, change: Partial<StudentSignals> = {}): StudentSignals => ({
  studentId,
  label: null,
  predicted: 0,
  confidence: 0.5,
  signals: [],
  doubt: null,
  score: null,
  isOddSize: false,
  ...change,
})
const tie = (strength: number) => ({ signals: [{ reason: 'margin' as const, value: 0.1, strength }] })
const labelled = (classIndex: number, byHand = true, stands = false) => ({ label: { classIndex, byHand, stands } })
const doubt = (labelProbability: number, likeliest: number, likeliestProbability: number) => ({
  doubt: { labelProbability, likeliest, likeliestProbability },
})
const order = (scenes: readonly SceneOfSignals[], ...wanted: readonly ReviewReason[]) =>
  toTheEnd(reviewOrder(scenes, wanted.length > 0 ? new Set(wanted) : null))
const idsOf = (scenes: readonly SceneOfSignals[], ...wanted: readonly ReviewReason[]) =>
  order(scenes, ...wanted).map(({ student }) => student.studentId)
const scene = (...students: readonly StudentSignals[]): SceneOfSignals => ({ sceneId: 1, students })

test('an empty project has an empty queue', () => {
  expect(order([])).toEqual([])
  expect(order([scene()])).toEqual([])
})

describe('who comes first', () => {
  test('the strongest reason, then the older student; who has none does not come', () => {
    expect(idsOf([scene(signals(1, tie(0.2)), signals(2), signals(3, tie(0.9)), signals(4, tie(0.2)))])).toEqual([
      3, 1, 4,
    ])
  })
  test('a class with few labels before one with many', () => {
    const many = Array.from({ length: 8 }, (_, index) => signals(10 + index, labelled(0, true, true)))
    const few = [signals(30, labelled(1, true, true))]
    const ids = idsOf([scene(...many, ...few, signals(1, tie(0.5)), signals(2, { ...tie(0.5), predicted: 1 }))])
    expect(ids).toEqual([2, 1])
  })
  test('nobody said anything before a file said something', () => {
    expect(idsOf([scene(signals(1, { ...tie(0.5), ...labelled(0, false) }), signals(2, tie(0.5)))])).toEqual([2, 1])
  })
  test('only the reasons that were asked for', () => {
    const both = [
      { reason: 'margin' as const, value: 0.1, strength: 0.9 },
      { reason: 'models-disagree' as const, value: 0.5, strength: 0.3 },
    ]
    const [one] = order([scene(signals(1, { signals: both }), signals(2, tie(1)))], 'models-disagree')
    expect(one!.signals.map(({ reason }) => reason)).toEqual(['models-disagree'])
    expect(idsOf([scene(signals(1, { signals: both }), signals(2, tie(1)))], 'models-disagree')).toEqual([1])
  })
  test('three of a photo in a row at most, while others wait', () => {
    const crowd = Array.from({ length: 8 }, (_, index) => signals(index + 1, tie(0.9 - index / 100)))
    const others = [signals(21, tie(0.3)), signals(22, tie(0.2))]
    const ids = idsOf([scene(...crowd), { sceneId: 2, students: others }])
    expect(ids).toEqual([1, 2, 3, 21, 4, 5, 6, 22, 7, 8])
  })
})

describe('suspect labels', () => {
  // Those who carry class 1 are found 60 % likely to, on average.
  const background = [
    signals(50, { ...labelled(1), ...doubt(0.7, 1, 0.7) }),
    signals(51, { ...labelled(1), ...doubt(0.5, 1, 0.5) }),
  ]
  test.each([
    ['another class as likely as where it is right', labelled(0), doubt(0.1, 1, 0.65), [1]],
    ['not as likely as where it is right', labelled(0), doubt(0.1, 1, 0.55), []],
    ['the label is not that unlikely', labelled(0), doubt(0.3, 1, 0.65), []],
    ['the label is the likeliest', labelled(1), doubt(0.65, 1, 0.65), []],
    ['a person said it again', labelled(0, true, true), doubt(0.1, 1, 0.65), []],
    ['a class that nobody carries', labelled(0), doubt(0.05, 3, 0.9), []],
  ])('%s', (_name, label, said, expected) => {
    expect(idsOf([scene(...background, signals(1, { ...label, ...said }))])).toEqual(expected)
  })
  test('it shows what it would be taken for', () => {
    const [one] = order([scene(...background, signals(1, { ...labelled(0), ...doubt(0.1, 1, 0.65) }))])
    expect(one).toMatchObject({ predicted: 1, confidence: 0.65 })
    expect(one!.signals[0]).toMatchObject({ reason: 'label-suspect', value: 0.1 })
  })
})

describe('doubtful boxes', () => {
  const boxes = (count: number) =>
    Array.from({ length: count }, (_, index) => signals(index + 1, { score: (index + 1) / 100 }))
  test('the tenth with the lowest scores', () => {
    expect(idsOf([scene(...boxes(41))], 'box-doubtful')).toEqual([1, 2, 3, 4, 5])
  })
  test('an odd size, where the detector was not sure either', () => {
    const odd = boxes(41).map((one) => ({ ...one, isOddSize: [10, 40].includes(one.studentId) }))
    expect(idsOf([scene(...odd)], 'box-doubtful')).toContain(10)
    expect(idsOf([scene(...odd)], 'box-doubtful')).not.toContain(40)
  })
  test('without a prediction nothing else is said', () => {
    const [one] = order([scene(signals(1, { score: 0.2, predicted: -1, confidence: 0 }))])
    expect(one).toMatchObject({ predicted: -1, confidence: 0 })
  })
})
