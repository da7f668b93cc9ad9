import { float, integer } from '#main/onnx/graph-builder.ts'
import { softmax as emitSoftmax } from '#main/onnx/operators/normalisation.ts'
import type { BatchNormalisation } from '#main/onnx/operators/operators.ts'
import { add, divide, multiply, scalar, squareRoot, subtract } from './arithmetic.ts'
import { meanOverAxes, reshape, sumOverAxes } from './shapes.ts'
import { sumOfRow } from './reductions.ts'
import type { Tape, TapeValue } from './tape.ts'

/** Softmax over each row: dx = y (d − Σ d y). */
export function softmax(tape: Tape, x: TapeValue): TapeValue {
  const output: TapeValue = tape.record(emitSoftmax(tape.graph, x.name), x.shape, [x], (d) => [
    multiply(tape, output, subtract(tape, d, sumOfRow(tape, multiply(tape, d, output)))),
  ])
  return output
}

/**
 * Over the last axis of [n, d]. With x̂ the normalised rows and g = d · weight:
 * dx = (g − mean g − x̂ · mean(g x̂)) / σ.
 */
export function layerNormalisation(
  tape: Tape,
  x: TapeValue,
  weight: TapeValue,
  bias: TapeValue,
  epsilon: number,
): TapeValue {
  const attributes = { axis: integer(-1), epsilon: float(epsilon) }
  const inputs = [x, weight, bias]
  const names = inputs.map(({ name }) => name)
  const [name, meanName, inverseName] = tape.graph.nodes('LayerNormalization', names, attributes, 3)
  const perRow = x.shape.with(-1, 1)
  return tape.record(name!, x.shape, inputs, (d) => {
    const inverseDeviation = tape.value(inverseName!, perRow)
    const centred = subtract(tape, x, tape.value(meanName!, perRow))
    const normalised = multiply(tape, centred, inverseDeviation)
    return [
      x.needsGradient ? rowGradient(tape, multiply(tape, d, weight), normalised, inverseDeviation) : null,
      weight.needsGradient ? overRows(tape, multiply(tape, d, normalised), weight.shape) : null,
      bias.needsGradient ? overRows(tape, d, bias.shape) : null,
    ]
  })
}

const overRows = (tape: Tape, x: TapeValue, shape: readonly number[]): TapeValue =>
  reshape(tape, sumOverAxes(tape, x, [0]), shape)

function rowGradient(tape: Tape, g: TapeValue, normalised: TapeValue, inverseDeviation: TapeValue): TapeValue {
  const shift = meanOverAxes(tape, g, [1])
  const tilt = multiply(tape, normalised, meanOverAxes(tape, multiply(tape, g, normalised), [1]))
  return multiply(tape, inverseDeviation, subtract(tape, g, add(tape, shift, tilt)))
}

/** A BatchNorm layer's running statistics after this batch, each [d]. */
export interface UpdatedStatistics {
  readonly runningMean: TapeValue
  readonly runningVariance: TapeValue
}

/** Weight of the newest batch in PyTorch's running statistics. */
const momentum = 0.1

/**
 * By the batch's own statistics, x [n, d] with n ≥ 2. dx = weight/σ · (d − (Σd + x̂ Σ(d x̂)) / n). The running variance takes
 * the unbiased one, as PyTorch's does.
 */
export function batchNormalisation(
  tape: Tape,
  x: TapeValue,
  { weight, bias, runningMean, runningVariance }: BatchNormalisation<TapeValue>,
  epsilon: number,
): { readonly output: TapeValue; readonly updated: UpdatedStatistics } {
  const rows = x.shape[0]!
  const parts = tape.withoutRecording(() => {
    const batchMean = meanOverAxes(tape, x, [0])
    const centred = subtract(tape, x, batchMean)
    const variance = meanOverAxes(tape, multiply(tape, centred, centred), [0])
    const deviation = squareRoot(tape, add(tape, variance, scalar(tape, epsilon)))
    const inverse = divide(tape, scalar(tape, 1), deviation)
    const normalised = multiply(tape, centred, inverse)
    return { batchMean, variance, inverse, normalised, output: add(tape, multiply(tape, normalised, weight), bias) }
  })
  const { normalised, inverse } = parts
  const output = tape.record(parts.output.name, x.shape, [x, weight, bias], (d) => {
    const ofWeight = sumOverAxes(tape, multiply(tape, d, normalised), [0]) // [1, d]
    const ofBias = sumOverAxes(tape, d, [0])
    const common = multiply(tape, add(tape, ofBias, multiply(tape, normalised, ofWeight)), scalar(tape, 1 / rows))
    return [
      x.needsGradient ? multiply(tape, multiply(tape, inverse, weight), subtract(tape, d, common)) : null,
      reshape(tape, ofWeight, weight.shape),
      reshape(tape, ofBias, bias.shape),
    ]
  })
  const unbiased = multiply(tape, parts.variance, scalar(tape, rows / (rows - 1)))
  return {
    output,
    updated: {
      runningMean: blend(tape, runningMean, parts.batchMean),
      runningVariance: blend(tape, runningVariance, unbiased),
    },
  }
}

/** (1 − momentum) · running + momentum · batch: [d] and [1, d] → [d]. */
function blend(tape: Tape, running: TapeValue, batch: TapeValue): TapeValue {
  const newest = multiply(tape, reshape(tape, batch, running.shape), scalar(tape, momentum))
  return add(tape, multiply(tape, running, scalar(tape, 1 - momentum)), newest)
}
