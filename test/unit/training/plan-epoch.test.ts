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

/** Batch size and steps of each run. */
const runsOf = (rows: number, batchSize: number): (readonly [number, number])[] =>
  [...planEpoch({ ...input, rows, batchSize })].map(({ size, plan }) => [size, plan([]).rows.length])

test.each([
  [
    'one run where all fit',
    300,
    128,
    [
      [128, 2],
      [44, 1],
    ],
  ],
  [
    '8,192 students at most',
    30_000,
    256,
    [
      [256, 32],
      [256, 32],
      [256, 32],
      [256, 21],
      [48, 1],
    ],
  ],
  [
    '64 steps at most, however small the batches',
    40 * 16 + 3,
    8,
    [
      [8, 64],
      [8, 16],
      [3, 1],
    ],
  ],
  [
    'a batch larger than a run is a run of its own',
    20_000,
    10_000,
    [
      [10_000, 1],
      [10_000, 1],
    ],
  ],
])('batches of one size share a run: %s', (_name, rows, batchSize, expected) => {
  expect(runsOf(rows, batchSize)).toEqual(expected)
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

test.each([0, 1, 2, 7, 1000])(
  '%i numbers at once are those that as many single calls give, and so is what follows',
  (count) => {
    const [one, many] = [createRandom(43, 'fill'), createRandom(43, 'fill')]
    for (let turn = 0; turn < 3; turn += 1) {
      const filled = new Int32Array(count)
      many.fill32(filled)
      expect([...filled]).toEqual(Array.from({ length: count }, () => one.next32() | 0))
      expect(many.uniform()).toBe(one.uniform())
      expect(many.next32()).toBe(one.next32())
    }
  },
)

test.each([1, 3, 4095, 4096, 4097, 12_289, 100_001])('a mask of %i values is that long and drops its rate', (count) => {
  for (const rate of [0.1, 0.5, 0.85]) {
    const mask = keepMask(createRandom(43, 'mask', count), count, rate)
    expect(mask).toHaveLength(count)
    expect(mask.every((kept) => kept === 0 || kept === 1)).toBe(true)
    const dropped = mask.reduce((sum, kept) => sum + 1 - kept, 0)
    const deviation = Math.sqrt(rate * (1 - rate) * count)
    expect(Math.abs(dropped - rate * count)).toBeLessThan(4 * deviation + 1)
  }
})

test('a mask drops as often in any stretch of it, and the same seed gives the same', () => {
  const mask = keepMask(createRandom(43, 'stretch'), 40_961, 0.3)
  expect(keepMask(createRandom(43, 'stretch'), 40_961, 0.3)).toEqual(mask)
  for (let start = 0; start + 4096 <= mask.length; start += 4096) {
    const kept = mask.subarray(start, start + 4096).reduce((sum, one) => sum + one, 0) / 4096
    expect(kept).toBeGreaterThan(0.665)
    expect(kept).toBeLessThan(0.735)
  }
  const parity = [0, 1].map((first) => mask.filter((_, index) => index % 2 === first))
  for (const half of parity) expect(half.reduce((sum, one) => sum + one, 0) / half.length).toBeCloseTo(0.7, 1)
  // A chunk is not the one before it again.
  expect(mask.slice(0, 4096)).not.toEqual(mask.slice(4096, 8192))
})

test('the mask’s longer part does not depend on how much of it is wanted', () => {
  const whole = keepMask(createRandom(43, 'prefix'), 9001, 0.5)
  expect(keepMask(createRandom(43, 'prefix'), 4097, 0.5)).toEqual(whole.slice(0, 4097))
})
