import { expect, test } from 'vitest'
import { batchSizes, checkBatches, planEpoch } from '#main/training/plan-epoch.ts'
import { symmetricBeta } from '#main/training/random/beta.ts'
import { createRandom, keepMask, permutation } from '#main/training/random/random.ts'
import { thrownAppError } from '../../support/app-error.ts'

const input = { seed: 43, epoch: 1, rows: 300, batchSize: 128, mixupAlpha: 0, learningRate: 1e-3 }
const rowsOf = (epoch: number, seed = 43): number[] =>
  [...planEpoch({ ...input, epoch, seed })].flatMap(({ plan }) => plan([]).rows.flat())

test('every student is met once an epoch, the last, smaller batch included', () => {
  expect(batchSizes(300, 128)).toEqual([128, 128, 44])
  expect(batchSizes(256, 128)).toEqual([128, 128])
  expect(batchSizes(5, 128)).toEqual([5])
  expect(rowsOf(1).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, row) => row))
})

test('the order is the same for the same seed and epoch, and another for others', () => {
  expect(rowsOf(7)).toEqual(rowsOf(7))
  expect(rowsOf(7)).not.toEqual(rowsOf(8))
  expect(rowsOf(7)).not.toEqual(rowsOf(7, 44))
})

test('batches of one size share a run, at most 16 at a time', () => {
  const runs = [...planEpoch({ ...input, rows: 40 * 8 + 3, batchSize: 8 })]
  expect(runs.map(({ size, plan }) => [size, plan([]).rows.length])).toEqual([
    [8, 16],
    [8, 16],
    [8, 8],
    [3, 1],
  ])
})

test('mixup mixes within the batch, by a share between 0 and 1', () => {
  for (const { plan } of planEpoch({ ...input, mixupAlpha: 0.2 })) {
    const { rows, mixup } = plan([])
    for (const [step, batch] of rows.entries()) {
      expect(mixup!.rows[step]!.toSorted()).toEqual(batch.toSorted())
      expect(mixup!.shares[step]!).toBeGreaterThanOrEqual(0)
      expect(mixup!.shares[step]!).toBeLessThanOrEqual(1)
    }
  }
})

test('masks drop their rate, and one layer’s differ from step to step', () => {
  const [run] = planEpoch({ ...input, rows: 256 })
  const mask = run!.plan([{ name: 'classifier', columns: 256, rate: 0.3 }]).masks.get('classifier')!
  const share = mask.reduce((sum, kept) => sum + kept, 0) / mask.length
  expect(share).toBeGreaterThan(0.69)
  expect(share).toBeLessThan(0.71)
  expect(mask.slice(0, 128 * 256)).not.toEqual(mask.slice(128 * 256))
  expect(keepMask(createRandom(1), 1001, 0).every((kept) => kept === 1)).toBe(true)
  expect(keepMask(createRandom(1), 1001, 1).every((kept) => kept === 0)).toBe(true)
})

test('a last batch of one is refused by name with a size that works, unless nothing is normalised over the batch', () => {
  const error = thrownAppError(() => checkBatches(257, 128, true))
  expect(error.code).toBe('training.batch-of-one')
  const { suggestion } = error.details as { suggestion: number }
  expect(batchSizes(257, suggestion)).not.toContain(1)
  expect(() => checkBatches(257, 128, false)).not.toThrow()
  expect(() => checkBatches(258, 128, true)).not.toThrow()
  expect(thrownAppError(() => checkBatches(1, 128, true)).details).not.toHaveProperty('suggestion')
})

test('uniform numbers fill [0, 1) evenly, and permutations are fair', () => {
  const random = createRandom(43, 'test')
  const cells = new Array<number>(10).fill(0)
  for (let draw = 0; draw < 20_000; draw += 1) cells[Math.floor(random.uniform() * 10)]! += 1
  expect(cells.every((count) => count > 1800 && count < 2200)).toBe(true)
  const firsts = new Array<number>(5).fill(0)
  for (let draw = 0; draw < 5000; draw += 1) firsts[permutation(random, 5)[0]!]! += 1
  expect(firsts.every((count) => count > 880 && count < 1120)).toBe(true)
})

test('Beta(α, α) has mean ½ and variance 1/(4(2α + 1))', () => {
  for (const alpha of [0.2, 1, 4]) {
    const random = createRandom(43, alpha)
    const draws = Array.from({ length: 20_000 }, () => symmetricBeta(random, alpha))
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length
    expect(mean).toBeCloseTo(0.5, 1)
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2)
  }
})
