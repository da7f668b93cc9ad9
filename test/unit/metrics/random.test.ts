import { describe, expect, it } from 'vitest'
import { seededRandom } from '#shared/metrics/random.ts'

describe('seededRandom', () => {
  /**
   * sfc32 written from its definition with Python's integers: a = 0, b = seed, c = 0, counter = 1, twelve rounds
   * thrown away.
   */
  it.each([
    [0, [1363572419, 145230303, 808754475, 4216505632]],
    [1, [2012149540, 1872316204, 1707632675, 1779833415]],
    [42, [1264412219, 1947509147, 3919439299, 1251167922]],
    [0xffff_ffff, [1984736529, 3747275468, 1287205723, 2021412065]],
  ])('seed %d gives the numbers of sfc32', (seed, expected) => {
    const random = seededRandom(seed)
    expect(expected.map(() => random() * 2 ** 32)).toEqual(expected)
  })

  it('stays in [0, 1) and spreads evenly', () => {
    const random = seededRandom(7)
    const tenths = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 100_000; draw++) {
      const place = Math.floor(random() * 10)
      tenths[place] = (tenths[place] ?? Number.NaN) + 1
    }
    expect(tenths).toHaveLength(10)
    // Five standard deviations of a binomial count: √(100,000 · 0.1 · 0.9) ≈ 95.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475)
  })

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses seed %d', (seed) => {
    expect(() => seededRandom(seed)).toThrow(RangeError)
  })
})
