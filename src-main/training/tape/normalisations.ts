import { float, integer } from '#main/onnx/graph-builder.ts'
import { softmax as emitSoftmax } from '#main/onnx/operators/normalisation.ts'
import type { BatchNormalisation, LayerNormalisation } from '#main/onnx/operators/operators.ts'
import { add, divide, multiply, ones, scalar, squareRoot, subtract } from './arithmetic.ts'
import { linear, product, sumOfColumns } from './matrices.ts'
import { meanOverAxes, reshape } from './shapes.ts'
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
 * Linear of LayerNorm, x [n, in] → [n, out]. Data that needs no gradient takes `linearOfData`, which saves the largest product of
 * the way back.
 */
export function linearOfLayerNorm(
  tape: Tape,
  x: TapeValue,
  norm: LayerNormalisation<TapeValue>,
  weight: TapeValue,
  bias: TapeValue,
): TapeValue {
  return x.needsGradient
    ? linear(tape, layerNormalisation(tape, x, norm), weight, bias)
    : linearOfData(tape, x, norm, weight, bias)
}

function normaliseRows(tape: Tape, x: TapeValue, epsilon: number) {
  const attributes = { axis: integer(-1), epsilon: float(epsilon) }
  const unscaled = [x.name, ones(tape, x.shape.at(-1)!).name]
  const [name, , inverse] = tape.graph.nodes('LayerNormalization', unscaled, attributes, 3)
  return { normalised: tape.value(name!, x.shape), inverseDeviation: tape.value(inverse!, x.shape.with(-1, 1)) }
}

/** Over the last axis of [n, d]. With x̂ the normalised rows and g = d · weight: dx = (g − mean g − x̂ · mean(g x̂)) / σ. */
function layerNormalisation(tape: Tape, x: TapeValue, norm: LayerNormalisation<TapeValue>): TapeValue {
  const { weight, bias } = norm
  const { normalised, inverseDeviation } = normaliseRows(tape, x, norm.epsilon)
  const output = tape.withoutRecording(() => add(tape, multiply(tape, normalised, weight), bias))
  return tape.record(output.name, x.shape, [x, weight, bias], (d) => [
    rowGradient(tape, multiply(tape, d, weight), normalised, inverseDeviation),
    reshape(tape, sumOfColumns(tape, multiply(tape, d, normalised)), weight.shape),
    reshape(tape, sumOfColumns(tape, d), bias.shape),
  ])
}

/**
 * The linear layer W of x̂ · scale + shift, where x̂ needs no gradient. All gradients follow from H = dᵀ x̂ [out, in] and the bias's
 * own Σd: W gets H · scale + Σd ⊗ shift, the scale Σ_out W · H and the shift Σd W. No [n, in] gradient is made.
 */
function linearOfData(
  tape: Tape,
  x: TapeValue,
  norm: LayerNormalisation<TapeValue>,
  weight: TapeValue,
  bias: TapeValue,
): TapeValue {
  const [outputs, inputs] = [weight.shape[0]!, weight.shape[1]!]
  const { normalised } = normaliseRows(tape, x, norm.epsilon)
  const output = tape.withoutRecording(() =>
    linear(tape, add(tape, multiply(tape, normalised, norm.weight), norm.bias), weight, bias),
  )
  return tape.record(output.name, [x.shape[0]!, outputs], [norm.weight, norm.bias, weight, bias], (d) => {
    const common = product(tape, d, normalised, { transposeA: true }) // H
    const ofBias = sumOfColumns(tape, d) // [1, out]
    const shift = reshape(tape, norm.bias, [1, inputs])
    const scaled = multiply(tape, common, norm.weight)
    return [
      reshape(tape, sumOfColumns(tape, multiply(tape, weight, common)), [inputs]),
      reshape(tape, product(tape, ofBias, weight), [inputs]),
      product(tape, ofBias, shift, { transposeA: true, plus: scaled }),
      reshape(tape, ofBias, bias.shape),
    ]
  })
}

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
  { weight, bias, runningMean, runningVariance, epsilon }: BatchNormalisation<TapeValue>,
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
    const ofWeight = sumOfColumns(tape, multiply(tape, d, normalised)) // [1, d]
    const ofBias = sumOfColumns(tape, d)
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
