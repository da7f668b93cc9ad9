import { describe, expect, test } from 'vitest'
import type { FeatureBlocks } from '#main/training/baselines/feature-blocks.ts'
import { fitPerceptron, perceptronProbabilities } from '#main/training/baselines/perceptron.ts'
import { lossAndGradients } from '#main/training/baselines/perceptron-gradients.ts'
import { createRandom } from '#main/training/random/random.ts'
import { toTheEnd } from '#shared/metrics/steps.ts'

const gaussian = (seed: number, count: number, scale = 1): number[] => {
  const random = createRandom(seed, 'test')
  return Array.from({ length: count }, () => scale * random.normal())
}

const oneBlock = (rows: number, width: number, values: readonly number[]): FeatureBlocks => ({
  rows,
  blocks: [{ width, values: Float32Array.from(values) }],
})

test('gradients are what small changes of the weights do to the loss', () => {
  const [rows, width, hidden, classes] = [6, 4, 5, 3]
  const x = oneBlock(rows, width, gaussian(1, rows * width))
  const targets = [0, 1, 2, 1, 0, 2]
  const layers = [
    { inputs: width, outputs: hidden, weights: Float64Array.from(gaussian(2, hidden * width + hidden, 0.5)) },
    { inputs: hidden, outputs: hidden, weights: Float64Array.from(gaussian(3, hidden * hidden + hidden, 0.5)) },
    { inputs: hidden, outputs: classes, weights: Float64Array.from(gaussian(4, classes * hidden + classes, 0.5)) },
  ]
  const penalty = 0.3
  const { gradients } = toTheEnd(lossAndGradients(layers, x, targets, penalty))
  // Small enough to pass over no unit's kink, large enough for units that are kept in float32.
  const step = 1e-4
  for (const [index, { weights }] of layers.entries()) {
    for (let at = 0; at < weights.length; at += 1) {
      const before = weights[at]!
      const lossAt = (value: number): number => {
        weights[at] = value
        return toTheEnd(lossAndGradients(layers, x, targets, penalty)).loss
      }
      const slope = (lossAt(before + step) - lossAt(before - step)) / (2 * step)
      weights[at] = before
      expect(Math.abs(gradients[index]![at]! - slope)).toBeLessThan(2e-3)
    }
  }
})

/** Two classes that no line parts: inside and outside a ring. */
function ring(seed: number, rows: number): { x: FeatureBlocks; labels: Int32Array } {
  const values = gaussian(seed, 2 * rows, 1.5)
  const labels = Int32Array.from({ length: rows }, (_, row) =>
    Math.hypot(values[2 * row]!, values[2 * row + 1]!) < 1.5 ? 1 : 4,
  )
  return { x: oneBlock(rows, 2, values), labels }
}

describe('a perceptron', () => {
  const train = ring(5, 450)
  const test_ = ring(6, 200)
  const fit = (seed: number, maxEpochs = 60) =>
    toTheEnd(fitPerceptron(train.x, train.labels, 5, { seed, hidden: [32, 16], maxEpochs }))

  test('learns what no line can part, and classes that never occur get nothing', () => {
    const probabilities = toTheEnd(perceptronProbabilities(fit(41, 400), test_.x))
    const right = test_.labels.filter((label, row) => probabilities[row * 5 + label]! > 0.5).length
    expect(right / 200).toBeGreaterThan(0.9)
    for (let row = 0; row < 200; row += 1) {
      const [first, , third, fourth] = probabilities.subarray(row * 5, row * 5 + 5)
      expect([first, third, fourth]).toEqual([0, 0, 0])
    }
  })

  test('is the same for the same seed, and another for another', () => {
    expect(fit(41, 3).layers).toEqual(fit(41, 3).layers)
    expect(fit(41, 3).layers).not.toEqual(fit(42, 3).layers)
  })

  test('ends when it no longer gets better, and tells every epoch', () => {
    const x = oneBlock(4, 1, [1, 1, 1, 1])
    const told: number[] = []
    const options = { seed: 1, hidden: [2], onEpoch: (done: number) => told.push(done) }
    const { losses } = toTheEnd(fitPerceptron(x, Int32Array.of(0, 1, 0, 1), 2, { ...options, maxEpochs: 4000 }))
    expect(losses.length).toBeLessThan(4000)
    expect(told.length).toBe(losses.length)
    // Nothing tells the students apart.
    expect(losses.at(-1)).toBeCloseTo(Math.log(2), 1)
  })
})
