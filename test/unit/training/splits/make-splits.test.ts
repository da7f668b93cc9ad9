import { describe, expect, test } from 'vitest'
import { createRandom } from '#main/training/random/random.ts'
import type { SplitScene } from '#main/training/splits/group-scenes.ts'
import { makeSplits } from '#main/training/splits/make-splits.ts'
import { splitNames } from '#main/training/training-config.ts'
import type { SplitName } from '#main/training/training-config.ts'
import { thrownAppError } from '../../../support/app-error.ts'

const shares = { train: 0.7, val: 0.15, test: 0.15 }
const scene = (classCounts: readonly number[], change: Partial<SplitScene> = {}): SplitScene => ({
  key: null,
  contentHash: null,
  look: null,
  classCounts,
  ...change,
})

/** Scenes as classrooms have them: 20 to 60 students, classes from common to rare, some photos twice, some in rooms. */
function randomScenes(seed: number): SplitScene[] {
  const random = createRandom(seed, 'scenes')
  const count = 3 + random.below(120)
  const rates = [12, 20, 8, 1, 0.4]
  return Array.from({ length: count }, (_, index) => ({
    key: seed % 2 === 0 ? null : random.uniform() < 0.2 ? null : `room ${random.below(12)}`,
    contentHash: random.uniform() < 0.1 ? 'copied' : `photo ${index}`,
    look: random.uniform() < 0.2 ? random.below(9) : null,
    classCounts: rates.map((rate) => Math.floor(random.uniform() * 2 * rate + random.uniform())),
  }))
}

const studentsOf = (scenes: readonly SplitScene[], sides: readonly SplitName[], side: SplitName): number =>
  scenes.reduce((sum, one, index) => sum + (sides[index] === side ? one.classCounts.reduce((a, b) => a + b, 0) : 0), 0)

describe('for any scenes', () => {
  const cases = Array.from({ length: 40 }, (_, seed) => ({ seed, scenes: randomScenes(seed) })).filter(
    ({ scenes }) => new Set(scenes.map((one) => one.contentHash)).size > 20,
  )

  test.each(cases)(
    'no photo, look or room lies on two sides, and no side is empty (seed $seed)',
    ({ seed, scenes }) => {
      const { sides } = makeSplits(scenes, shares, seed)
      const marks = (side: SplitName) =>
        new Set(scenes.flatMap((one, index) => (sides[index] === side ? [one.contentHash, one.key, one.look] : [])))
      for (const [index, one] of splitNames.entries()) {
        expect(sides).toContain(one)
        for (const other of splitNames.slice(index + 1)) {
          marks(one).delete(null)
          expect([...marks(one)].filter((mark) => mark !== null && marks(other).has(mark))).toEqual([])
        }
      }
    },
  )

  test.each(cases)('the same seed gives the same splits (seed $seed)', ({ seed, scenes }) => {
    expect(makeSplits(scenes, shares, seed)).toEqual(makeSplits(scenes, shares, seed))
  })
})

test('many small scenes: sizes and every class within two points of the shares', () => {
  const random = createRandom('many')
  const scenes = Array.from({ length: 400 }, () =>
    scene([20, 15, 6, 2, 0].map((most) => random.below(most + 1)).with(4, random.below(12) === 0 ? 1 : 0)),
  )
  const { sides, groups } = makeSplits(scenes, shares, 7)
  expect(groups).toBe(400)
  const totals = [0, 1, 2, 3, 4].map((index) => scenes.reduce((sum, one) => sum + one.classCounts[index]!, 0))
  const students = totals.reduce((sum, count) => sum + count, 0)
  for (const side of splitNames) {
    expect(Math.abs(studentsOf(scenes, sides, side) / students - shares[side])).toBeLessThan(0.02)
    for (const [index, total] of totals.entries()) {
      const count = scenes.reduce((sum, one, at) => sum + (sides[at] === side ? one.classCounts[index]! : 0), 0)
      expect(Math.abs(count / total - shares[side]), `class ${index} in ${side}`).toBeLessThan(
        Math.max(0.02, 1 / total),
      )
    }
  }
})

test('a rare class that three scenes have is in all three splits', () => {
  const scenes = Array.from({ length: 30 }, (_, index) => scene([20, 20, index % 10 === 0 ? 1 : 0]))
  const { sides } = makeSplits(scenes, shares, 3)
  expect(new Set([sides[0], sides[10], sides[20]]).size).toBe(3)
})

test('three scenes: one each, the largest to train on', () => {
  const { sides } = makeSplits([scene([20, 20]), scene([30, 30]), scene([15, 25])], shares, 1)
  expect([...sides].sort()).toEqual(['test', 'train', 'val'])
  expect(sides[1]).toBe('train')
})

test('shares need not sum to 1', () => {
  const scenes = Array.from({ length: 60 }, (_, index) => scene([5 + (index % 3), 4]))
  expect(makeSplits(scenes, { train: 70, val: 15, test: 15 }, 5)).toEqual(makeSplits(scenes, shares, 5))
})

test('copies of one photo in two rooms keep the rooms together', () => {
  const scenes = [
    scene([9], { key: 'A', contentHash: 'x' }),
    scene([9], { key: 'B', contentHash: 'x' }),
    scene([9], { key: 'B', contentHash: 'y' }),
    scene([9], { key: 'C' }),
    scene([9], { key: 'D' }),
  ]
  const { sides, groups } = makeSplits(scenes, shares, 2)
  expect(groups).toBe(3)
  expect(new Set(sides.slice(0, 3)).size).toBe(1)
})

test('photos that look the same stay together, and chain with copies', () => {
  const scenes = [
    scene([9], { look: 0 }),
    scene([9], { look: 0, contentHash: 'x' }),
    scene([9], { contentHash: 'x' }),
    scene([9], { look: 1 }),
    scene([9], { look: 2 }),
  ]
  for (const seed of [1, 2, 3, 4]) {
    const { sides, groups } = makeSplits(scenes, shares, seed)
    expect(groups).toBe(3)
    expect(new Set(sides.slice(0, 3)).size).toBe(1)
  }
  const alike = [0, 0, 1, 1].map((look) => scene([9], { look }))
  expect(thrownAppError(() => makeSplits(alike, shares, 1))).toMatchObject({ code: 'training.too-few-groups' })
})

test('a scene without students of any class is handed out like the others', () => {
  const scenes = [scene([0, 0]), scene([4, 4]), scene([4, 4]), scene([4, 4])]
  expect(makeSplits(scenes, shares, 1).sides.every((side) => splitNames.includes(side))).toBe(true)
})

test('too little to split is refused by name', () => {
  expect(thrownAppError(() => makeSplits([scene([9, 9])], shares, 1))).toMatchObject({ code: 'training.one-scene' })
  const two = [scene([9]), scene([9])]
  expect(thrownAppError(() => makeSplits(two, shares, 1))).toMatchObject({ code: 'training.too-few-groups' })
  const oneRoom = [1, 2, 3, 4].map(() => scene([9], { key: '3-201' }))
  expect(thrownAppError(() => makeSplits(oneRoom, shares, 1))).toMatchObject({ code: 'training.too-few-groups' })
})
