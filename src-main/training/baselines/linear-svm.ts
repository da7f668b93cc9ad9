import type { Steps } from '#shared/metrics/steps.ts'
import { classBalance } from './class-balance.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { minimise } from './lbfgs.ts'
import type { Objective } from './lbfgs.ts'
import { addLinearGradient } from './linear-gradient.ts'
import { linearScores } from './linear-products.ts'
import type { LinearModel } from './logistic-regression.ts'

/**
 * Of the gradient, divided by the number of rows. About where liblinear stops: 1e-4 times the share of the smaller side, a fifth with five
 * classes of one size.
 */
const defaultTolerance = 2e-5
const maxIterations = 1000

/**
 * One-against-the-rest linear support vector machines as scikit-learn's `LinearSVC(C=1, class_weight='balanced')` (liblinear): half the squared
 * weights, the intercept among them, plus the sum of squared hinges. As in liblinear a class's weight counts for its own students only,
 * those of the rest weigh 1; with two classes there is one machine, for the second, and each class has its weight.
 */
export function* fitLinearSvm(
  x: FeatureBlocks,
  labels: Int32Array,
  classes: number,
  tolerance = defaultTolerance,
): Steps<LinearModel> {
  const { present, positions, weights: balance } = classBalance(labels, classes)
  const binary = present.length === 2
  const outputs = binary ? 1 : present.length
  const objective: Objective = function* (point, gradient) {
    const scores = yield* linearScores(x, point, outputs)
    let loss = 0
    for (let row = 0; row < x.rows; row += 1) {
      for (let output = 0; output < outputs; output += 1) {
        const at = row * outputs + output
        const side = positions[row] === (binary ? 1 : output) ? 1 : -1
        const cost = side === 1 || binary ? balance[positions[row]!]! : 1
        const short = Math.max(0, 1 - side * scores[at]!)
        loss += cost * short * short
        scores[at] = -2 * cost * side * short
      }
    }
    gradient.fill(0)
    yield* addLinearGradient(gradient, x, scores, outputs)
    for (let index = 0; index < point.length; index += 1) {
      loss += 0.5 * point[index]! ** 2
      gradient[index]! += point[index]!
    }
    return loss
  }
  const start = new Float64Array(outputs * widthOf(x) + outputs)
  const { point, converged } = yield* minimise(objective, start, {
    gradientTolerance: tolerance * x.rows,
    maxIterations,
  })
  return { present, classes, weights: point, converged }
}

/** Signed distances: [rows, present], or [rows, 1] for the second of two classes. */
export function svmDecisions({ present, weights }: LinearModel, x: FeatureBlocks): Steps<Float64Array> {
  return linearScores(x, weights, present.length === 2 ? 1 : present.length)
}
