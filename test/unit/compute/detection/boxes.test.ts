import { describe, expect, test } from 'vitest'
import { fusePasses } from '#main/compute/detection/fuse-passes.ts'
import { mergePasses } from '#main/compute/detection/merge-passes.ts'
import { overlaps, unionShare } from '#main/compute/detection/overlap.ts'
import { byScore } from '#main/compute/detection/scored-box.ts'
import { applySizePrior } from '#main/compute/detection/size-prior.ts'
import { suppress } from '#main/compute/detection/suppress.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { scored } from '../../../support/scored-boxes.ts'

const limits = { union: 0.5, smaller: 0.7 }

describe('overlap', () => {
  test.each([
    ['the same box', scored(0, 0, 10, 10, 1), 1],
    ['half of both', scored(0, 5, 10, 10, 1), 1 / 3],
    ['a quarter inside', scored(0, 0, 5, 5, 1), 0.25],
    ['touching', scored(10, 0, 10, 10, 1), 0],
    ['apart', scored(20, 20, 10, 10, 1), 0],
  ])('%s', (_, other, share) => {
    expect(unionShare(scored(0, 0, 10, 10, 1), other)).toBeCloseTo(share, 12)
    expect(unionShare(other, scored(0, 0, 10, 10, 1))).toBeCloseTo(share, 12)
  })

  test('a box within a larger one overlaps by its own area, however small its share of the union', () => {
    expect(overlaps(scored(0, 0, 100, 100, 1), scored(40, 40, 10, 10, 1), limits)).toBe(true)
    expect(overlaps(scored(0, 0, 100, 100, 1), scored(95, 40, 10, 10, 1), limits)).toBe(false)
  })

  test('a limit itself is not beyond the limit', () => {
    expect(overlaps(scored(0, 0, 10, 10, 1), scored(0, 3, 10, 10, 1), { union: 0.7 / 1.3, smaller: 0.7 })).toBe(false)
  })
})

describe('suppression', () => {
  test('of nothing is nothing', () => expect(suppress([], limits)).toEqual([]))

  test('keeps the best of each heap, best first, and does not let a box that went take others with it', () => {
    const [best, middle, far] = [scored(0, 0, 10, 10, 0.9), scored(0, 3, 10, 10, 0.8), scored(0, 6, 10, 10, 0.7)]
    expect(suppress([far, middle, best], limits)).toEqual([best, far])
  })

  test('equal scores are decided by place, not by order', () => {
    const [upper, lower] = [scored(0, 0, 10, 10, 0.5), scored(0, 1, 10, 10, 0.5)]
    expect(suppress([lower, upper], limits)).toEqual([upper])
    expect([lower, upper].sort(byScore)).toEqual([upper, lower])
  })
})

describe('fusion', () => {
  test('of no passes is nothing', () => {
    expect(fusePasses([])).toEqual([])
    expect(fusePasses([[], []])).toEqual([])
  })

  test('corners are means weighted by score, the score is between the best and the mean over all passes', () => {
    const [person] = fusePasses([[scored(0, 0, 10, 10, 0.6)], [scored(0, 0, 10, 12, 0.3)], []])
    expect(person).toEqual({
      x1: 0,
      y1: 0,
      x2: 10,
      y2: expect.closeTo((10 * 0.6 + 12 * 0.3) / 0.9, 12) as number,
      score: expect.closeTo((0.3 + 0.6) / 2, 12) as number,
    })
  })

  test('a pass gives each person one box at most: its second stays a person of its own', () => {
    const persons = fusePasses([[scored(0, 0, 10, 10, 0.9), scored(0, 1, 10, 10, 0.8)], [scored(0, 0, 10, 10, 0.7)]])
    expect(persons).toHaveLength(2)
  })

  test('a box joins the person it shares most with', () => {
    const persons = fusePasses([[scored(0, 0, 10, 10, 0.9), scored(4, 0, 10, 10, 0.9)], [scored(3, 0, 10, 10, 0.3)]])
    expect(persons.map(({ x1 }) => x1)).toEqual([0, expect.closeTo((4 * 0.9 + 3 * 0.3) / 1.2, 12)])
  })

  test('does not depend on the order of boxes within a pass', () => {
    const random = seededRandom(3)
    const pass = () =>
      Array.from({ length: 40 }, () =>
        scored(random() * 60, random() * 60, 8 + random() * 8, 8 + random() * 8, random()),
      )
    const passes = [pass(), pass(), pass()]
    expect(fusePasses(passes.map((boxes) => boxes.toReversed()))).toEqual(fusePasses(passes))
  })
})

describe('the size prior', () => {
  /** Twelve students whose size grows from 20 px at the back to about 160 px in front. */
  const row = Array.from({ length: 12 }, (_, index) =>
    scored(40 * index, 50 * index, 20 * 1.2 ** index, 20 * 1.2 ** index, 0.5),
  )

  test('leaves boxes alone that go with their place', () => {
    for (const { score } of applySizePrior(row)) expect(score).toBeGreaterThan(0.48)
  })

  test('a box four times too large loses most, and does not bend the line for others', () => {
    const odd = scored(300, 60, 110, 110, 0.5)
    const scores = applySizePrior([...row, odd]).map(({ score }) => score)
    expect(scores[12]).toBeLessThan(0.2)
    expect(Math.min(...scores.slice(0, 12))).toBeGreaterThan(0.45)
  })

  test('few boxes say nothing', () => {
    const few = [...row.slice(0, 6), scored(0, 0, 500, 500, 0.5)]
    expect(applySizePrior(few)).toEqual(few)
    expect(applySizePrior([])).toEqual([])
  })

  test('students in one row, all of one size, keep their scores', () => {
    const line = Array.from({ length: 9 }, (_, index) => scored(30 * index, 100, 20, 20, 0.4))
    for (const { score } of applySizePrior(line)) expect(score).toBeCloseTo(0.4, 12)
  })

  test('does not depend on the unit of length', () => {
    const odd = [...row, scored(300, 60, 110, 90, 0.5)]
    const scaled = odd.map((box) => ({
      x1: box.x1 * 3,
      y1: box.y1 * 3,
      x2: box.x2 * 3,
      y2: box.y2 * 3,
      score: box.score,
    }))
    const scores = applySizePrior(odd).map(({ score }) => score)
    applySizePrior(scaled).forEach(({ score }, index) => expect(score).toBeCloseTo(scores[index]!, 10))
  })
})

describe('merging passes', () => {
  test('a person that all passes see comes before one that a single pass is sure of; the rest falls below the threshold', () => {
    const steady = scored(0, 0, 20, 20, 0.4)
    const single = scored(100, 0, 20, 20, 0.5)
    const weak = scored(200, 0, 20, 20, 0.15)
    const found = mergePasses([[steady, single], [steady], [steady, weak]], 0.16)
    expect(found.map(({ x1, score }) => [x1, Number(score.toFixed(3))])).toEqual([
      [0, 0.4],
      [100, 0.333],
    ])
  })

  test('a head within a student is the student', () => {
    const found = mergePasses([[scored(0, 0, 40, 60, 0.6), scored(10, 0, 15, 15, 0.5)]], 0.1)
    expect(found).toEqual([scored(0, 0, 40, 60, 0.6)])
  })
})
