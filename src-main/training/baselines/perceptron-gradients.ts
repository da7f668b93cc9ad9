import type { Steps } from '#shared/metrics/steps.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { addLinearGradient } from './linear-gradient.ts'
import { linearScores } from './linear-products.ts'
import { softmaxRows } from './logistic-regression.ts'

export interface PerceptronLayer {
  readonly inputs: number
  readonly outputs: number
  /** One row per output, then the intercepts. [outputs · inputs + outputs] */
  readonly weights: Float64Array
}

/** What every layer takes in: the students, then what each hidden layer makes of them. */
export function* forward(layers: readonly PerceptronLayer[], x: FeatureBlocks): Steps<readonly FeatureBlocks[]> {
  const taken: FeatureBlocks[] = [x]
  for (const { weights, outputs } of layers.slice(0, -1)) {
    const scores = yield* linearScores(taken.at(-1)!, weights, outputs)
    const values = Float32Array.from(scores, (value) => Math.max(0, value))
    taken.push({ rows: x.rows, blocks: [{ width: outputs, values }] })
  }
  return taken
}

/**
 * Mean cross-entropy of a batch plus penalty/2 of the squared weights per row, and its gradients, which lie as the layers' weights do.
 * Intercepts are free.
 */
export function* lossAndGradients(
  layers: readonly PerceptronLayer[],
  x: FeatureBlocks,
  targets: readonly number[],
  penalty: number,
): Steps<{ readonly loss: number; readonly gradients: readonly Float64Array[] }> {
  const taken = yield* forward(layers, x)
  const last = layers.at(-1)!
  let residuals = yield* linearScores(taken.at(-1)!, last.weights, last.outputs)
  softmaxRows(residuals, last.outputs)
  let loss = 0
  for (const [row, target] of targets.entries()) {
    const at = row * last.outputs + target
    loss -= Math.log(Math.max(residuals[at]!, Number.EPSILON))
    residuals[at]! -= 1
  }
  for (let at = 0; at < residuals.length; at += 1) residuals[at]! /= x.rows
  const gradients: Float64Array[] = []
  let squares = 0
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index]!
    const gradient = new Float64Array(layer.weights.length)
    yield* addLinearGradient(gradient, taken[index]!, residuals, layer.outputs)
    for (let at = 0; at < layer.outputs * layer.inputs; at += 1) {
      squares += layer.weights[at]! ** 2
      gradient[at]! += (penalty / x.rows) * layer.weights[at]!
    }
    gradients.unshift(gradient)
    if (index > 0) residuals = passedBack(layer, residuals, taken[index]!)
  }
  return { loss: (loss + 0.5 * penalty * squares) / x.rows, gradients }
}

/** The residuals of the layer before: residuals · weights where its units were on, else 0. */
function passedBack(
  { inputs, outputs, weights }: PerceptronLayer,
  residuals: Float64Array,
  units: FeatureBlocks,
): Float64Array {
  const on = units.blocks[0]!.values
  const back = new Float64Array(units.rows * inputs)
  for (let row = 0; row < units.rows; row += 1) {
    const to = row * inputs
    for (let output = 0; output < outputs; output += 1) {
      const residual = residuals[row * outputs + output]!
      if (residual === 0) continue
      const from = output * inputs
      for (let at = 0; at < inputs; at += 1) back[to + at]! += residual * weights[from + at]!
    }
    for (let at = 0; at < inputs; at += 1) if (on[to + at] === 0) back[to + at] = 0
  }
  return back
}
