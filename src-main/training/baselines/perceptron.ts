import type { Steps } from '#shared/metrics/steps.ts'
import { createRandom, permutation } from '../random/random.ts'
import type { Random } from '../random/random.ts'
import { classBalance, spreadOverClasses } from './class-balance.ts'
import { chosenRows, widthOf } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { linearScores } from './linear-products.ts'
import { softmaxRows } from './logistic-regression.ts'
import { forward, lossAndGradients } from './perceptron-gradients.ts'
import type { PerceptronLayer } from './perceptron-gradients.ts'

export interface Perceptron {
  readonly present: readonly number[]
  readonly classes: number
  readonly layers: readonly PerceptronLayer[]
  /** Mean loss of every epoch that was trained. */
  readonly losses: readonly number[]
}

export interface PerceptronOptions {
  readonly seed: number
  readonly hidden?: readonly number[]
  readonly maxEpochs?: number
  /** Called after every epoch. */
  readonly onEpoch?: (done: number, most: number) => void
}

const learningRate = 1e-3
const penalty = 1e-4
const largestBatch = 200
const adam = { first: 0.9, second: 0.999, epsilon: 1e-8 }
/** Ends after more than this many epochs in a row that were not better than the best by the tolerance. */
const patience = 10
const tolerance = 1e-4

/** Glorot and Bengio's uniform start, intercepts too. */
function startingLayers(random: Random, sizes: readonly number[]): PerceptronLayer[] {
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!
    const bound = Math.sqrt(6 / (inputs + outputs))
    const weights = Float64Array.from({ length: outputs * inputs + outputs }, () => bound * (2 * random.uniform() - 1))
    return { inputs, outputs, weights }
  })
}

/**
 * A perceptron as scikit-learn's `MLPClassifier((256, 128), alpha=1e-4, learning_rate_init=1e-3, max_iter=400)`: ReLU, softmax
 * cross-entropy, Adam on shuffled batches of at most 200, the last weights kept. Seeded, with numbers of its own: scikit-learn's differ.
 */
export function* fitPerceptron(
  x: FeatureBlocks,
  labels: Int32Array,
  classes: number,
  { seed, hidden = [256, 128], maxEpochs = 400, onEpoch }: PerceptronOptions,
): Steps<Perceptron> {
  const { present, positions } = classBalance(labels, classes)
  const random = createRandom(seed, 'perceptron')
  const layers = startingLayers(random, [widthOf(x), ...hidden, present.length])
  const update = createAdam(layers)
  const batchSize = Math.min(largestBatch, x.rows)
  const losses: number[] = []
  let best = Infinity
  let unchanged = 0
  while (losses.length < maxEpochs && unchanged <= patience) {
    const order = permutation(random, x.rows)
    let total = 0
    for (let first = 0; first < x.rows; first += batchSize) {
      const rows = order.slice(first, first + batchSize)
      const targets = rows.map((row) => positions[row]!)
      const { loss, gradients } = yield* lossAndGradients(layers, chosenRows(x, rows), targets, penalty)
      update(gradients)
      total += loss * rows.length
    }
    const loss = total / x.rows
    losses.push(loss)
    unchanged = loss > best - tolerance ? unchanged + 1 : 0
    best = Math.min(best, loss)
    onEpoch?.(losses.length, maxEpochs)
  }
  return { present, classes, layers, losses }
}

/** Moves the weights of all layers by one step of Adam (Kingma and Ba 2015). */
function createAdam(layers: readonly PerceptronLayer[]): (gradients: readonly Float64Array[]) => void {
  const moments = layers.map(({ weights }) => ({
    mean: new Float64Array(weights.length),
    square: new Float64Array(weights.length),
  }))
  let step = 0
  return (gradients) => {
    step += 1
    const rate = (learningRate * Math.sqrt(1 - adam.second ** step)) / (1 - adam.first ** step)
    for (const [index, { weights }] of layers.entries()) {
      const { mean, square } = moments[index]!
      const gradient = gradients[index]!
      for (let at = 0; at < weights.length; at += 1) {
        const value = gradient[at]!
        const m = adam.first * mean[at]! + (1 - adam.first) * value
        const v = adam.second * square[at]! + (1 - adam.second) * value * value
        mean[at] = m
        square[at] = v
        weights[at]! -= (rate * m) / (Math.sqrt(v) + adam.epsilon)
      }
    }
  }
}

/** [rows, classes] */
export function* perceptronProbabilities(
  { layers, present, classes }: Perceptron,
  x: FeatureBlocks,
): Steps<Float64Array> {
  const activations = yield* forward(layers, x)
  const last = layers.at(-1)!
  const scores = yield* linearScores(activations.at(-1)!, last.weights, last.outputs)
  softmaxRows(scores, last.outputs)
  return spreadOverClasses(scores, present, classes)
}
