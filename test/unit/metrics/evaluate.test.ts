import { describe, expect, it } from 'vitest'
import { evaluate } from '#shared/metrics/evaluate.ts'
import { classCount, first, nullIndex, sceneOf, truth } from './comparison-fixture.ts'

const input = { truth, predicted: first, sceneOf, classCount, nullIndex }

describe('evaluate', () => {
  it('counts students, right ones, and those whose truth is not Null', () => {
    const figures = evaluate(input)
    expect(figures).toMatchObject({ students: 25, correct: 22, studentsNoNull: 19, correctNoNull: 17 })
    expect(figures.accuracy).toBe(88)
    expect(figures.macroF1NoNull).toBeCloseTo(69.5054945054945, 9)
    expect(figures.macroF1NonNullClasses).toBeCloseTo(92.67399267399267, 9)
  })

  it('gives each scene its students, in order of first appearance', () => {
    const figures = evaluate({ ...input, sceneOf: sceneOf.map((scene) => (scene === 0 ? 'z.jpg' : `${scene}.jpg`)) })
    expect(figures.scenes.map(({ scene, students, correct }) => [scene, students, correct])).toEqual([
      ['z.jpg', 3, 3],
      ['1.jpg', 5, 5],
      ['2.jpg', 2, 2],
      ['3.jpg', 7, 5],
      ['4.jpg', 4, 3],
      ['5.jpg', 4, 4],
    ])
    expect(figures.scenes[4]?.accuracy).toBe(75)
  })

  it('takes students of one scene from anywhere in the arrays', () => {
    const { scenes } = evaluate({
      truth: [0, 1, 0],
      predicted: [0, 0, 1],
      sceneOf: [7, 3, 7],
      classCount: 2,
      nullIndex: null,
    })
    expect(scenes.map(({ scene, students, correct }) => [scene, students, correct])).toEqual([
      [7, 2, 1],
      [3, 1, 0],
    ])
  })

  it("gives RAFNet's known scenes their known rates and intervals", () => {
    // 17 of 60, 28 of 51 and 27 of 40; Wilson bounds from scipy.stats.binomtest(k, n).proportion_ci(method='wilson').
    const scenes = [
      { scene: '166.jpg', right: 17, of: 60 },
      { scene: '89.jpg', right: 28, of: 51 },
      { scene: '900.jpg', right: 27, of: 40 },
    ]
    const rows = scenes.flatMap(({ scene, right, of }) =>
      Array.from({ length: of }, (_, row) => ({ scene, predicted: row < right ? 1 : 0 })),
    )
    const figures = evaluate({
      truth: rows.map(() => 1),
      predicted: rows.map((row) => row.predicted),
      sceneOf: rows.map((row) => row.scene),
      classCount: 5,
      nullIndex: 3,
    })
    expect(figures.scenes.map((scene) => scene.accuracy.toFixed(2))).toEqual(['28.33', '54.90', '67.50'])
    expect(figures.scenes.map((scene) => scene.interval.map((bound) => bound.toFixed(4)))).toEqual([
      ['18.5068', '40.7673'],
      ['41.3847', '67.7325'],
      ['52.0177', '79.9155'],
    ])
  })

  it('gives every class its n and interval, and [0, 100] where there is nobody', () => {
    const { perClass } = evaluate({
      truth: [0, 0, 1],
      predicted: [0, 1, 1],
      sceneOf: [1, 1, 1],
      classCount: 3,
      nullIndex: null,
    })
    expect(perClass.map(({ index, support, predicted }) => [index, support, predicted])).toEqual([
      [0, 2, 1],
      [1, 1, 2],
      [2, 0, 0],
    ])
    expect(perClass[2]).toMatchObject({
      precision: 0,
      recall: 0,
      f1: 0,
      precisionInterval: [0, 100],
      recallInterval: [0, 100],
    })
    expect(perClass[0]?.recallInterval).toEqual(perClass[1]?.precisionInterval)
  })

  it('has figures of 0 and no scenes without students', () => {
    expect(evaluate({ truth: [], predicted: [], sceneOf: [], classCount: 2, nullIndex: 1 })).toMatchObject({
      students: 0,
      accuracy: 0,
      accuracyInterval: [0, 100],
      macroF1: 0,
      macroF1NoNull: 0,
      macroF1NonNullClasses: 0,
      weightedF1: 0,
      scenes: [],
      confusion: [
        [0, 0],
        [0, 0],
      ],
    })
  })

  it('is all right with one class and one student', () => {
    expect(evaluate({ truth: [0], predicted: [0], sceneOf: [1], classCount: 1, nullIndex: null })).toMatchObject({
      accuracy: 100,
      macroF1: 100,
      weightedF1: 100,
    })
  })

  it('keeps all figures finite where everybody is Null', () => {
    const figures = evaluate({ truth: [1, 1], predicted: [1, 0], sceneOf: [1, 2], classCount: 2, nullIndex: 1 })
    expect(figures).toMatchObject({
      accuracy: 50,
      studentsNoNull: 0,
      accuracyNoNull: 0,
      accuracyNoNullInterval: [0, 100],
    })
  })

  it.each([
    ['a Null class that is none', { nullIndex: 4 }, /nullIndex is 4/],
    ['a Null class of -1', { nullIndex: -1 }, /nullIndex is -1/],
    ['scenes that do not pair up', { sceneOf: [1] }, /sceneOf has 1 entries for 25 students/],
    ['an unlabelled student', { truth: truth.with(3, -1) }, /truth\[3\] is -1/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => evaluate({ ...input, ...wrong })).toThrow(message)
  })
})
