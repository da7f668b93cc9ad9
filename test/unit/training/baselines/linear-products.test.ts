import { describe, expect, test } from 'vitest'
import { addLinearGradient } from '#main/training/baselines/linear-gradient.ts'
import { linearScores } from '#main/training/baselines/linear-products.ts'
import type { FeatureBlocks } from '#main/training/baselines/feature-blocks.ts'
import { createRandom } from '#main/training/random/random.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const random = createRandom('linear products')
/** Small whole numbers, whose sums are exact in any order. */
const wholes = (count: number): number[] => Array.from({ length: count }, () => random.below(19) - 9)

const blocksOf = (rows: number, widths: readonly number[]): FeatureBlocks => ({
  rows,
  blocks: widths.map((width) => ({ width, values: Float32Array.from(wholes(rows * width)) })),
})

const rowOf = ({ blocks }: FeatureBlocks, row: number): number[] =>
  blocks.flatMap(({ width, values }) => [...values.subarray(row * width, (row + 1) * width)])

/** Rows and outputs that are and are not multiples of the four and two that are taken at a time; more rows than fit a tile. */
describe.each([
  [1, [3], 1],
  [4, [8], 4],
  [5, [2, 3], 5],
  [7, [1], 2],
  [131, [5, 1, 4], 7],
  [64, [6], 3],
] as const)('%i rows of %j by %i outputs', (rows, widths, outputs) => {
  const x = blocksOf(rows, widths)
  const width = widths.reduce<number>((sum, one) => sum + one, 0)

  test('scores', () => {
    const weights = Float64Array.from(wholes(outputs * width + outputs))
    const expected = Array.from({ length: rows * outputs }, (_, at) => {
      const output = at % outputs
      return rowOf(x, Math.floor(at / outputs)).reduce(
        (sum, value, column) => sum + value * weights[output * width + column]!,
        weights[outputs * width + output]!,
      )
    })
    expect([...toTheEnd(linearScores(x, weights, outputs))]).toEqual(expected)
  })

  test('gradient', () => {
    const residuals = Float64Array.from(wholes(rows * outputs))
    const gradient = new Float64Array(outputs * width + outputs).fill(1)
    toTheEnd(addLinearGradient(gradient, x, residuals, outputs))
    const expected = Array.from({ length: gradient.length }, (_, at) => {
      const output = at < outputs * width ? Math.floor(at / width) : at - outputs * width
      let sum = 1
      for (let row = 0; row < rows; row += 1) {
        sum += residuals[row * outputs + output]! * (at < outputs * width ? rowOf(x, row)[at % width]! : 1)
      }
      return sum
    })
    expect([...gradient]).toEqual(expected)
  })
})

test('other work may run in between', () => {
  const steps = linearScores(blocksOf(3000, [1000]), new Float64Array(5005), 5)
  let pauses = 0
  while (!steps.next().done) pauses += 1
  expect(pauses).toBeGreaterThan(2)
})
