import { describe, expect, test } from 'vitest'
import { planFolds } from '#main/training/learning/plan-folds.ts'
import { majorityGuesses, sceneGuesses } from '#main/training/learning/plain-guesses.ts'

/** Labels and photos of students, photo after photo. */
function students(...photos: readonly (readonly number[])[]) {
  const labels = Int32Array.from(photos.flat())
  return { labels, scenes: Uint32Array.from(photos.flatMap((photo, index) => photo.map(() => 10 * index))) }
}

const plan = ({ labels, scenes }: ReturnType<typeof students>) => planFolds(labels, scenes, 3, 41)

describe('who is held out with whom', () => {
  test('whole photos where three have labels of several classes, never torn apart', () => {
    const given = students([0, 1, 0], [1, 0], [0, 1, 1, 0])
    const { judging, tuning, students: byStudent } = plan(given)
    expect(judging).toMatchObject({ heldOut: 'scenes', folds: 3, scenes: 3 })
    for (const scene of new Set(given.scenes)) {
      const folds = judging.foldOf.filter((_, row) => given.scenes[row] === scene)
      expect(new Set(folds).size).toBe(1)
    }
    expect(new Set(judging.foldOf).size).toBe(3)
    // Three photos tell nothing of how photos differ.
    expect(tuning).toBe(byStudent)
  })

  test('five folds at most, and tuned over photos where there are six', () => {
    const { judging, tuning } = plan(students(...Array.from({ length: 9 }, () => [0, 1, 2, 0])))
    expect(judging.folds).toBe(5)
    expect(tuning).toBe(judging)
  })

  test.each([
    ['two photos', students([0, 1, 0, 1], [1, 0, 1, 0])],
    ['one photo', students([0, 1, 0, 1, 2, 2])],
    ['three photos, each of a class of its own', students([0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2])],
  ])('students where there are %s', (_name, given) => {
    const { judging, students: byStudent, tuning } = plan(given)
    expect(judging.heldOut).toBe('students')
    expect([byStudent, tuning]).toEqual([judging, judging])
    expect(new Set(judging.foldOf).size).toBe(judging.folds)
  })

  test('a rare class of one photo alone does not keep photos from being held out', () => {
    const { judging } = plan(students([0, 1, 0, 1, 0], [1, 0, 1, 0, 1], [0, 1, 0, 1, 2]))
    expect(judging.heldOut).toBe('scenes')
  })

  test('two students make two folds', () => {
    const { judging } = plan(students([0, 1]))
    expect(judging).toMatchObject({ heldOut: 'students', folds: 2 })
  })
})

describe('guesses without a vector', () => {
  const given = students([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [2])
  const { students: byStudent } = plan(given)

  test('the commonest class of the others', () => {
    const guesses = majorityGuesses(Int32Array.from([0, 0, 0, 1, 1]), 3, {
      ...byStudent,
      folds: 2,
      foldOf: Int32Array.from([0, 0, 1, 1, 1]),
    })
    expect([...guesses]).toEqual([1, 1, 0, 0, 0])
  })

  test('by photo, the commonest class of its other students', () => {
    const guesses = sceneGuesses(given.labels, given.scenes, 3, byStudent)
    expect([...guesses.subarray(0, 10)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  })

  test('who is alone in a photo is guessed by all others', () => {
    const [alone] = sceneGuesses(given.labels, given.scenes, 3, byStudent).subarray(10)
    expect(alone).toBe(majorityGuesses(given.labels, 3, byStudent)[10])
  })
})
