import { describe, expect, test } from 'vitest'
import { sceneFeatures } from '../../../scripts/sample/features.ts'
import { samplePlans } from '../../../scripts/sample/plans.ts'
import { createRandom } from '../../../scripts/sample/random.ts'
import { createScene } from '../../../scripts/sample/scene.ts'
import { visibleShare } from '../../../scripts/sample/student-box.ts'

const scenes = samplePlans.map(({ scene }) => createScene(scene))

describe('the sample’s scenes', () => {
  test('the same seeds give the same labels, boxes and features', () => {
    for (const [index, { scene }] of samplePlans.entries()) {
      const again = createScene(scene)
      expect(again.students).toEqual(scenes[index]!.students)
      expect(sceneFeatures(again)).toEqual(sceneFeatures(scenes[index]!))
    }
  })

  test('another name is another class', () => {
    const { scene } = samplePlans[0]!
    const other = createScene({ ...scene, name: 'another lesson' })
    const behaviours = (students: typeof other.students) => students.map(({ behaviour }) => behaviour)
    expect(behaviours(other.students)).not.toEqual(behaviours(scenes[0]!.students))
  })

  test('at least four scenes of 25 to 45 students, every class in each', () => {
    expect(scenes.length).toBeGreaterThanOrEqual(4)
    for (const { students } of scenes) {
      expect(students.length).toBeGreaterThanOrEqual(25)
      expect(students.length).toBeLessThanOrEqual(45)
      expect([...new Set(students.map(({ behaviour }) => behaviour))].sort()).toEqual([0, 1, 2, 3, 4])
    }
  })

  test('whoever is hardly visible is Null', () => {
    const hidden = scenes.flatMap(({ students }) => students).filter(({ visible }) => visible < 0.32)
    expect(hidden.length).toBeGreaterThan(0)
    expect(new Set(hidden.map(({ behaviour }) => behaviour))).toEqual(new Set([3]))
  })

  test('neighbours act alike more often than chance would have it', () => {
    let alike = 0
    let pairs = 0
    let expected = 0
    for (const { students } of scenes) {
      for (const a of students) {
        const share = students.filter(({ behaviour }) => behaviour === a.behaviour).length - 1
        for (const b of students) {
          if (a === b || a.seat.row !== b.seat.row || Math.abs(a.seat.column - b.seat.column) !== 1) continue
          pairs++
          if (a.behaviour === b.behaviour) alike++
          expected += share / (students.length - 1)
        }
      }
    }
    expect(alike / pairs).toBeGreaterThan(expected / pairs)
  })
})

describe('visibleShare', () => {
  const { camera } = scenes[0]!.room
  const box = { x1: 100, y1: 100, x2: 200, y2: 200 }

  test.each([
    ['nothing in front', box, [], 1],
    ['half covered', box, [{ x1: 0, y1: 0, x2: 150, y2: 720 }], 0.5],
    ['covered twice counts once', box, [box, box], 0],
    ['half outside the picture', { x1: -50, y1: 100, x2: 50, y2: 200 }, [], 0.5],
    ['beyond the picture', { x1: 2000, y1: 100, x2: 2100, y2: 200 }, [], 0],
  ])('%s', (_, outline, nearer, share) => {
    expect(visibleShare(camera, outline, nearer)).toBeCloseTo(share, 9)
  })
})

describe('createRandom', () => {
  test('a name gives one stream, uniform in [0, 1)', () => {
    const [a, b] = [createRandom('a name'), createRandom('a name')]
    const drawn = Array.from({ length: 4000 }, () => a.next())
    expect(drawn).toEqual(Array.from({ length: 4000 }, () => b.next()))
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    expect(drawn.reduce((sum, one) => sum + one, 0) / drawn.length).toBeCloseTo(0.5, 1)
  })

  test('weights of zero are never drawn, and the last index catches rounding', () => {
    const random = createRandom(7)
    const drawn = new Set(Array.from({ length: 500 }, () => random.weighted([0, 2, 0, 1])))
    expect(drawn).toEqual(new Set([1, 3]))
  })
})
