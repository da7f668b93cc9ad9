import type { Steps } from '#shared/metrics/steps.ts'
import { classBalance, spreadOverClasses } from './class-balance.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { minimise } from './lbfgs.ts'
import type { Objective } from './lbfgs.ts'
import { addLinearGradient } from './linear-gradient.ts'
import { linearScores } from './linear-products.ts'

/** A row of weights per class that occurs in training, then their intercepts. */
export interface LinearModel {
  readonly present: readonly number[]
  readonly classes: number
  /** [present · width + present] */
  readonly weights: Float64Array
  readonly converged: boolean
}

/** Probabilities are then right to four digits. */
const defaultTolerance = 1e-6
const maxIterations = 1000

export interface LogisticOptions {
  /** Of the gradient, divided by the number of rows: no component of it is larger at the end. */
  readonly tolerance?: number
  /** Factor of half the squared weights: scikit-learn's 1 / C. */
  readonly penalty?: number
  /** Whether all classes count the same, however many students each has. */
  readonly balanced?: boolean
}

/**
 * Multinomial logistic regression as scikit-learn's `LogisticRegression(C=1, class_weight='balanced')`: the sum over rows of the weighted
 * cross-entropy plus half the squared weights, intercepts free. With two classes that is the usual binary one.
 *
 * @param labels class indices below `classes`; those that never occur get probability 0. [rows]
 */
export function* fitLogistic(
  x: FeatureBlocks,
  labels: Int32Array,
  classes: number,
  options: LogisticOptions = {},
): Steps<LinearModel> {
  const { tolerance = defaultTolerance, balanced = true } = options
  const { present, positions, weights } = classBalance(labels, classes)
  const balance = balanced ? weights : weights.map(() => 1)
  const outputs = present.length
  const width = widthOf(x)
  // Two opposite rows of weights have half the square of the one row that a binary model has.
  const penalty = (outputs === 2 ? 2 : 1) * (options.penalty ?? 1)
  const objective: Objective = function* (point, gradient) {
    const scores = yield* linearScores(x, point, outputs)
    let loss = 0
    for (let row = 0; row < x.rows; row += 1) {
      const target = positions[row]!
      loss +=
        balance[target]! * toResiduals(scores.subarray(row * outputs, (row + 1) * outputs), target, balance[target]!)
    }
    gradient.fill(0)
    yield* addLinearGradient(gradient, x, scores, outputs)
    for (let index = 0; index < outputs * width; index += 1) {
      loss += (penalty / 2) * point[index]! ** 2
      gradient[index]! += penalty * point[index]!
    }
    return loss
  }
  const start = new Float64Array(outputs * width + outputs)
  const { point, converged } = yield* minimise(objective, start, {
    gradientTolerance: tolerance * x.rows,
    maxIterations,
  })
  return { present, classes, weights: point, converged }
}

/** Turns one row's scores into weight · (softmax − target), and returns its cross-entropy. */
function toResiduals(scores: Float64Array, target: number, weight: number): number {
  let most = -Infinity
  for (const score of scores) most = Math.max(most, score)
  const own = scores[target]! - most
  let sum = 0
  for (let index = 0; index < scores.length; index += 1) {
    const part = Math.exp(scores[index]! - most)
    scores[index] = part
    sum += part
  }
  for (let index = 0; index < scores.length; index += 1) {
    scores[index] = weight * (scores[index]! / sum - (index === target ? 1 : 0))
  }
  return Math.log(sum) - own
}

/** [rows, classes] */
export function* logisticProbabilities(model: LinearModel, x: FeatureBlocks): Steps<Float64Array> {
  const { present, classes, weights } = model
  const scores = yield* linearScores(x, weights, present.length)
  softmaxRows(scores, present.length)
  return spreadOverClasses(scores, present, classes)
}

/** Softmax of every row, in place. [rows, outputs] */
export function softmaxRows(scores: Float64Array, outputs: number): void {
  for (let from = 0; from < scores.length; from += outputs) {
    let most = -Infinity
    for (let index = from; index < from + outputs; index += 1) most = Math.max(most, scores[index]!)
    let sum = 0
    for (let index = from; index < from + outputs; index += 1) {
      const part = Math.exp(scores[index]! - most)
      scores[index] = part
      sum += part
    }
    for (let index = from; index < from + outputs; index += 1) scores[index]! /= sum
  }
}
