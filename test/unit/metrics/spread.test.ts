import { expect, test } from 'vitest'
import { spreadOf } from '#shared/metrics/spread.ts'

test('mean, population sd, least and most', () => {
  expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, std: 2, min: 2, max: 9 })
})

test('one value spreads nowhere, none and NaN are mistakes', () => {
  expect(spreadOf([3])).toEqual({ mean: 3, std: 0, min: 3, max: 3 })
  expect(() => spreadOf([])).toThrow(RangeError)
  expect(() => spreadOf([1, Number.NaN])).toThrow(RangeError)
})
