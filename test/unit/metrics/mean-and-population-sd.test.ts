import { describe, expect, it } from 'vitest'
import { meanAndPopulationSd } from '#shared/metrics/mean-and-population-sd.ts'

describe('meanAndPopulationSd', () => {
  it('equals numpy.mean and numpy.std', () => {
    const { count, mean, populationSd } = meanAndPopulationSd([60.29, 62.47, 63.08, 58.1, 61.999])
    expect(count).toBe(5)
    expect(mean).toBeCloseTo(61.1878, 12)
    expect(populationSd).toBeCloseTo(1.8012804778823308, 12)
  })

  it('has no spread in one value or in equal ones', () => {
    expect(meanAndPopulationSd([62.44])).toEqual({ count: 1, mean: 62.44, populationSd: 0 })
    expect(meanAndPopulationSd([5, 5, 5])).toEqual({ count: 3, mean: 5, populationSd: 0 })
  })

  it('keeps its digits far from 0', () => {
    expect(meanAndPopulationSd([1e9 + 1, 1e9 + 2, 1e9 + 3]).populationSd).toBeCloseTo(Math.sqrt(2 / 3), 12)
  })

  it.each([[[]], [[1, Number.NaN]], [[Infinity]]])('refuses %o', (values) => {
    expect(() => meanAndPopulationSd(values)).toThrow(RangeError)
  })
})
