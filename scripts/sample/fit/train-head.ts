import { createRandom } from '../random.ts'
import type { Random } from '../random.ts'
import { classifierName, createParameters, forwardHead } from './heads.ts'
import type { HeadShape, Parameters, Rows } from './heads.ts'
import { moments, softmaxOf, Tape } from './tape.ts'
import type { Matrix, Value } from './tape.ts'

/** Rows of one scene with the true class of each. */
export interface LabelledRows extends Rows {
  readonly labels: readonly number[]
}

export interface TrainingPlan {
  readonly epochs: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly gradientClip: number
  readonly focalGamma: number
  readonly labelSmoothing: number
  readonly entropyWeight: number
}

export const defaultPlan: TrainingPlan = {
  epochs: 30,
  learningRate: 3e-3,
  weightDecay: 1e-3,
  gradientClip: 1,
  focalGamma: 1.5,
  labelSmoothing: 0.1,
  entropyWeight: 0.01,
}

/** What AdamW keeps of each parameter. */
interface Moment {
  readonly mean: Float64Array
  readonly square: Float64Array
}

export interface TrainingState {
  readonly parameters: Map<string, Matrix>
  readonly moments: Map<string, Moment>
  steps: number
}

export const createState = (parameters: Map<string, Matrix>): TrainingState => ({
  parameters,
  moments: new Map(),
  steps: 0,
})

/**
 * Trains a head on whole scenes, several a batch in an order shuffled every epoch, with a cosine learning rate.
 * @returns the parameters, running statistics included, and the number of steps (`num_batches_tracked`).
 */
export function trainHead(
  shape: HeadShape,
  batches: (random: Random) => readonly LabelledRows[],
  classWeights: readonly number[],
  plan: TrainingPlan,
  seed: string,
): { readonly parameters: Parameters; readonly steps: number } {
  const random = createRandom(seed)
  const state = createState(createParameters(shape, random))
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const rate = 0.5 * plan.learningRate * (1 + Math.cos((Math.PI * epoch) / plan.epochs))
    for (const batch of batches(random))
      trainStep(state, shape, batch, classWeights, { ...plan, learningRate: rate }, random)
  }
  return { parameters: state.parameters, steps: state.steps }
}

/** One AdamW step on one batch. @returns the loss before the step and the norm of its gradient. */
export function trainStep(
  state: TrainingState,
  shape: HeadShape,
  batch: LabelledRows,
  classWeights: readonly number[],
  plan: TrainingPlan,
  random: Random,
): { readonly loss: number; readonly gradientNorm: number } {
  const tape = new Tape()
  const values = new Map([...state.parameters].map(([name, parameter]) => [name, tape.value(parameter)]))
  const { logits, gates, beforeNorm } = forwardHead(tape, shape, values, batch, random)
  let loss = focalLoss(tape, logits, batch.labels, classWeights, plan)
  if (gates) loss = tape.addScaled(loss, gateEntropy(tape, gates), plan.entropyWeight)
  tape.backward(loss)
  const trained = [...values].filter(([name]) => !name.includes('.running_'))
  const gradientNorm = Math.sqrt(
    trained.reduce((sum, [, { gradient }]) => sum + gradient.reduce((total, slope) => total + slope * slope, 0), 0),
  )
  const clip = Math.min(1, plan.gradientClip / (gradientNorm + 1e-6))
  state.steps++
  for (const [name, value] of trained) adamStep(state, name, value, clip, plan)
  updateRunningStatistics(state.parameters, `${classifierName(shape)}.1`, beforeNorm)
  return { loss: loss.data[0]!, gradientNorm }
}

/** A head's classes for the rows of one scene. */
export function predictClasses(shape: HeadShape, parameters: Parameters, rows: Rows): readonly number[] {
  const logits = predictLogits(shape, parameters, rows)
  return Array.from({ length: logits.rows }, (_, row) => {
    const own = [...logits.data.subarray(row * logits.columns, (row + 1) * logits.columns)]
    return own.indexOf(Math.max(...own))
  })
}

/** A head's logits [n, classes] in evaluation mode. */
export function predictLogits(shape: HeadShape, parameters: Parameters, rows: Rows): Matrix {
  const tape = new Tape()
  const values = new Map([...parameters].map(([name, parameter]) => [name, tape.value(parameter)]))
  return forwardHead(tape, shape, values, rows, null).logits
}

/** Mean of (1 − p)^γ · ce with ce the class-weighted, label-smoothed cross-entropy and p = exp(−ce), as RAFNet. */
function focalLoss(
  tape: Tape,
  logits: Value,
  labels: readonly number[],
  classWeights: readonly number[],
  { focalGamma, labelSmoothing }: TrainingPlan,
): Value {
  const { rows, columns } = logits
  const gradient = new Float64Array(logits.data.length)
  let total = 0
  for (const [row, label] of labels.entries()) {
    const shares = softmaxOf(logits.data.subarray(row * columns, (row + 1) * columns))
    const targets = classWeights.map(
      (weight, index) => weight * ((index === label ? 1 - labelSmoothing : 0) + labelSmoothing / columns),
    )
    const mass = targets.reduce((sum, target) => sum + target, 0)
    const cross = -targets.reduce((sum, target, index) => sum + target * Math.log(shares[index]! + 1e-300), 0)
    const sure = Math.exp(-cross)
    total += ((1 - sure) ** focalGamma * cross) / rows
    const slope = (1 - sure) ** focalGamma + focalGamma * Math.max(1e-12, 1 - sure) ** (focalGamma - 1) * sure * cross
    for (const [index, target] of targets.entries()) {
      gradient[row * columns + index] = (slope * (mass * shares[index]! - target)) / rows
    }
  }
  return tape.reduce(logits, total, gradient)
}

/** Mean over rows of −Σ g · ln(g + 1e-8). */
function gateEntropy(tape: Tape, gates: Value): Value {
  const total = gates.data.reduce((sum, gate) => sum - (gate * Math.log(gate + 1e-8)) / gates.rows, 0)
  const gradient = gates.data.map((gate) => -(Math.log(gate + 1e-8) + gate / (gate + 1e-8)) / gates.rows)
  return tape.reduce(gates, total, gradient)
}

/** AdamW with decoupled decay, betas 0.9 and 0.999, epsilon 1e-8. */
function adamStep(state: TrainingState, name: string, value: Value, clip: number, plan: TrainingPlan): void {
  const { data } = state.parameters.get(name)!
  const zero = (): Moment => ({ mean: new Float64Array(data.length), square: new Float64Array(data.length) })
  const kept = state.moments.get(name) ?? zero()
  state.moments.set(name, kept)
  const { mean, square } = kept
  for (const [index, raw] of value.gradient.entries()) {
    const slope = raw * clip
    mean[index] = 0.9 * mean[index]! + 0.1 * slope
    square[index] = 0.999 * square[index]! + 0.001 * slope * slope
    const step = mean[index] / (1 - 0.9 ** state.steps)
    const size = Math.sqrt(square[index] / (1 - 0.999 ** state.steps)) + 1e-8
    data[index]! -= plan.learningRate * (plan.weightDecay * data[index]! + step / size)
  }
}

/** BatchNorm's running mean and unbiased variance, momentum 0.1. */
function updateRunningStatistics(parameters: Map<string, Matrix>, name: string, x: Value): void {
  const runningMean = parameters.get(`${name}.running_mean`)!.data
  const runningVariance = parameters.get(`${name}.running_var`)!.data
  for (let column = 0; column < x.columns; column++) {
    const { mean, variance } = moments(x.rows, (row) => x.data[row * x.columns + column]!)
    runningMean[column] = 0.9 * runningMean[column]! + 0.1 * mean
    runningVariance[column] = 0.9 * runningVariance[column]! + (0.1 * variance * x.rows) / Math.max(1, x.rows - 1)
  }
}
