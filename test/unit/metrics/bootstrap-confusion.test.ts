import { describe, expect, test } from 'vitest'
import { resampleConfusion } from '#shared/metrics/bootstrap-confusion.ts'
import { percentileInterval } from '#shared/metrics/percentile-interval.ts'
import { seededRandom } from '#shared/metrics/random.ts'

const sum = (matrix: readonly (readonly number[])[]) => matrix.flat().reduce((total, count) => total + count, 0)

describe('resampled matrices', () => {
  test('count as many students, and only in cells that had some', () => {
    const random = seededRandom(1)
    for (let draw = 0; draw < 50; draw++) {
      const sample = resampleConfusion(
        [
          [5, 0],
          [2, 3],
        ],
        random,
      )
      expect(sum(sample)).toBe(10)
      expect(sample[0]![1]).toBe(0)
    }
  })

  test('of nobody is nobody, of one student is that student', () => {
    const random = seededRandom(1)
    expect(
      resampleConfusion(
        [
          [0, 0],
          [0, 0],
        ],
        random,
      ),
    ).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(
      resampleConfusion(
        [
          [0, 1],
          [0, 0],
        ],
        random,
      ),
    ).toEqual([
      [0, 1],
      [0, 0],
    ])
  })

  test('spread as the binomial distribution says', () => {
    const random = seededRandom(7)
    const correct = Array.from({ length: 4000 }, () => resampleConfusion([[60, 40]], random)[0]![0]!)
    const mean = correct.reduce((total, one) => total + one, 0) / correct.length
    const variance = correct.reduce((total, one) => total + (one - mean) ** 2, 0) / correct.length
    expect(mean).toBeCloseTo(60, 0)
    expect(Math.abs(variance - 100 * 0.6 * 0.4)).toBeLessThan(2)
  })

  test('are the same for the same seed', () => {
    const draw = (seed: number) =>
      resampleConfusion(
        [
          [5, 9],
          [2, 3],
        ],
        seededRandom(seed),
      )
    expect(draw(3)).toEqual(draw(3))
    expect(draw(3)).not.toEqual(draw(4))
  })
})

describe('percentile intervals', () => {
  test('of 0 … 100 leave 2.5 % on either side', () => {
    expect(percentileInterval(Array.from({ length: 101 }, (_, at) => 100 - at))).toEqual([2.5, 97.5])
  })

  test('of one value are that value; of none there are none', () => {
    expect(percentileInterval([42])).toEqual([42, 42])
    expect(() => percentileInterval([])).toThrow(RangeError)
  })
})
