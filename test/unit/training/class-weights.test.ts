import { expect, test } from 'vitest'
import { classWeights } from '#main/training/losses/class-weights.ts'
import type { ClassWeighting } from '#main/training/losses/class-weights.ts'
import { focalLossOfRow } from '#main/training/losses/focal-loss.ts'
import { smoothedTargets } from '#main/training/losses/smoothed-targets.ts'

const weighting = (method: ClassWeighting['method'], nullWeightFactor = 0.1): ClassWeighting => ({
  method,
  nullWeightFactor,
  beta: 0.999,
})
const rounded = (weights: readonly number[]): number[] => weights.map((weight) => Number(weight.toFixed(6)))

test('log_balanced is 1/ln(n+1), scaled to sum to the number of classes, then Null’s times its factor', () => {
  const counts = [33, 39, 81, 2, 1]
  const weights = classWeights(counts, weighting('log_balanced'))
  const raw = counts.map((count) => 1 / Math.log(count + 1))
  const total = raw.reduce((sum, value) => sum + value, 0)
  expect(rounded(weights)).toEqual(rounded(raw.map((value, index) => (value / total) * 5 * (index === 3 ? 0.1 : 1))))
})

test('a class without students weighs 0 and does not count; without any, all weigh 1', () => {
  const weights = classWeights([10, 0, 10, 10, 10], weighting('log_balanced', 1))
  expect(rounded(weights)).toEqual([1, 0, 1, 1, 1])
  expect(classWeights([0, 0, 0], weighting('inverse'))).toEqual([1, 1, 1])
  expect(classWeights([3, 1], null)).toEqual([1, 1])
})

test('inverse knows no factor for Null; effective_num does, and a huge count weighs almost nothing less', () => {
  expect(rounded(classWeights([1, 2, 4, 4, 4], weighting('inverse')))).toEqual([
    2.222222, 1.111111, 0.555556, 0.555556, 0.555556,
  ])
  const weights = classWeights([1, 1, 1, 1, 1_000_000], weighting('effective_num'))
  expect(weights[3]).toBeCloseTo(0.1 * weights[0]!, 10)
  expect(weights[4]! / weights[0]!).toBeCloseTo(0.001, 6)
})

test('three classes have no fourth to weigh down', () => {
  expect(rounded(classWeights([5, 5, 5], weighting('log_balanced')))).toEqual([1, 1, 1])
})

test('smoothed targets give PyTorch’s weighted, smoothed cross-entropy', () => {
  const logits = [0.3, -1.2, 2.1]
  const weights = [0.5, 2, 1.5]
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0))
  const losses = logits.map((value) => total - value)
  const smooth = losses.reduce((sum, loss, index) => sum + weights[index]! * loss, 0)
  const entropy = 0.9 * weights[1]! * losses[1]! + (0.1 / 3) * smooth
  const targets = smoothedTargets([1], weights, 0.1)
  expect(focalLossOfRow(logits, targets, 0)).toBeCloseTo(entropy, 6)
  expect(focalLossOfRow(logits, targets, 1.5)).toBeCloseTo((1 - Math.exp(-entropy)) ** 1.5 * entropy, 6)
})

test('the loss of logits so large that e^x overflows is finite', () => {
  expect(focalLossOfRow([2000, 0], [0, 1], 2)).toBe(2000)
})
