import type { Steps } from '#shared/metrics/steps.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'

/** Multiplications between two yields: some 5 ms. */
const stepSize = 5_000_000

const rowsPerStep = (width: number, outputs: number): number =>
  Math.max(4, 4 * Math.floor(stepSize / (4 * Math.max(1, width * outputs))))

/**
 * x · weightsᵀ + intercepts, in float64.
 *
 * @param weights one row per output over all columns of `x`, then the intercepts: [outputs · width + outputs]
 * @returns [rows, outputs]
 */
export function* linearScores(x: FeatureBlocks, weights: Float64Array, outputs: number): Steps<Float64Array> {
  const width = widthOf(x)
  const scores = new Float64Array(x.rows * outputs)
  const intercepts = weights.subarray(outputs * width)
  for (let row = 0; row < x.rows; row += 1) scores.set(intercepts, row * outputs)
  const step = rowsPerStep(width, outputs)
  for (let first = 0; first < x.rows; first += step) {
    const last = Math.min(x.rows, first + step)
    let column = 0
    for (const block of x.blocks) {
      addScores(scores, block.values, block.width, weights, width, column, outputs, first, last)
      column += block.width
    }
    yield
  }
  return scores
}

/** Four rows by four outputs at a time: sixteen products for eight reads. What is left over goes one by one. */
function addScores(
  scores: Float64Array,
  values: Float32Array,
  blockWidth: number,
  weights: Float64Array,
  width: number,
  column: number,
  outputs: number,
  first: number,
  last: number,
): void {
  const wholeRows = last - ((last - first) % 4)
  const wholeOutputs = outputs - (outputs % 4)
  for (let row = first; row < wholeRows; row += 4) {
    for (let output = 0; output < wholeOutputs; output += 4) {
      addTile(scores, values, blockWidth, weights, width, column, outputs, row, output)
    }
    for (let output = wholeOutputs; output < outputs; output += 1) {
      addStrip(scores, values, blockWidth, weights, output * width + column, outputs, row, output)
    }
  }
  for (let row = wholeRows; row < last; row += 1) {
    for (let output = 0; output < outputs; output += 1) {
      let sum = 0
      const from = row * blockWidth
      const weight = output * width + column
      for (let at = 0; at < blockWidth; at += 1) sum += values[from + at]! * weights[weight + at]!
      scores[row * outputs + output]! += sum
    }
  }
}

function addTile(
  scores: Float64Array,
  values: Float32Array,
  blockWidth: number,
  weights: Float64Array,
  width: number,
  column: number,
  outputs: number,
  row: number,
  output: number,
): void {
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  let s20 = 0
  let s21 = 0
  let s22 = 0
  let s23 = 0
  let s30 = 0
  let s31 = 0
  let s32 = 0
  let s33 = 0
  const x0 = row * blockWidth
  const x1 = x0 + blockWidth
  const x2 = x0 + 2 * blockWidth
  const x3 = x0 + 3 * blockWidth
  const w0 = output * width + column
  const w1 = w0 + width
  const w2 = w0 + 2 * width
  const w3 = w0 + 3 * width
  for (let at = 0; at < blockWidth; at += 1) {
    const a = values[x0 + at]!
    const b = values[x1 + at]!
    const c = values[x2 + at]!
    const d = values[x3 + at]!
    const p = weights[w0 + at]!
    const q = weights[w1 + at]!
    const r = weights[w2 + at]!
    const s = weights[w3 + at]!
    s00 += a * p
    s01 += a * q
    s02 += a * r
    s03 += a * s
    s10 += b * p
    s11 += b * q
    s12 += b * r
    s13 += b * s
    s20 += c * p
    s21 += c * q
    s22 += c * r
    s23 += c * s
    s30 += d * p
    s31 += d * q
    s32 += d * r
    s33 += d * s
  }
  const to = row * outputs + output
  add4(scores, to, s00, s01, s02, s03)
  add4(scores, to + outputs, s10, s11, s12, s13)
  add4(scores, to + 2 * outputs, s20, s21, s22, s23)
  add4(scores, to + 3 * outputs, s30, s31, s32, s33)
}

function add4(scores: Float64Array, at: number, a: number, b: number, c: number, d: number): void {
  scores[at]! += a
  scores[at + 1]! += b
  scores[at + 2]! += c
  scores[at + 3]! += d
}

/** Four rows by one output. */
function addStrip(
  scores: Float64Array,
  values: Float32Array,
  blockWidth: number,
  weights: Float64Array,
  weight: number,
  outputs: number,
  row: number,
  output: number,
): void {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const x0 = row * blockWidth
  const x1 = x0 + blockWidth
  const x2 = x0 + 2 * blockWidth
  const x3 = x0 + 3 * blockWidth
  for (let at = 0; at < blockWidth; at += 1) {
    const w = weights[weight + at]!
    s0 += w * values[x0 + at]!
    s1 += w * values[x1 + at]!
    s2 += w * values[x2 + at]!
    s3 += w * values[x3 + at]!
  }
  const to = row * outputs + output
  scores[to]! += s0
  scores[to + outputs]! += s1
  scores[to + 2 * outputs]! += s2
  scores[to + 3 * outputs]! += s3
}

/**
 * Adds residualsᵀ · x and the column sums of the residuals to `gradient`, which lies as `weights` of `linearScores` does.
 *
 * @param residuals [rows, outputs]
 */
export function* addLinearGradient(
  gradient: Float64Array,
  x: FeatureBlocks,
  residuals: Float64Array,
  outputs: number,
): Steps<void> {
  const width = widthOf(x)
  const step = rowsPerStep(width, outputs)
  for (let first = 0; first < x.rows; first += step) {
    const last = Math.min(x.rows, first + step)
    let column = 0
    for (const block of x.blocks) {
      addBlockGradient(gradient, block.values, block.width, residuals, width, column, outputs, first, last)
      column += block.width
    }
    for (let row = first; row < last; row += 1) {
      for (let output = 0; output < outputs; output += 1) {
        gradient[outputs * width + output]! += residuals[row * outputs + output]!
      }
    }
    yield
  }
}

/** Rows whose vectors stay in the cache while every output takes them in. */
const rowsAtOnce = 64

/** Four rows and two outputs at a time: eight products for each read of four values. What is left over goes one by one. */
function addBlockGradient(
  gradient: Float64Array,
  values: Float32Array,
  blockWidth: number,
  residuals: Float64Array,
  width: number,
  column: number,
  outputs: number,
  first: number,
  last: number,
): void {
  for (let start = first; start < last; start += rowsAtOnce) {
    const end = Math.min(last, start + rowsAtOnce)
    const whole = end - ((end - start) % 4)
    for (let output = 0; output < outputs; output += 2) {
      const to = output * width + column
      // The odd output at the end is added to itself twice, with 0 the second time.
      const pair = output + 1 < outputs ? width : 0
      for (let row = start; row < whole; row += 4) {
        addFourRows(
          gradient,
          to,
          pair,
          values,
          row * blockWidth,
          blockWidth,
          residuals,
          row * outputs + output,
          outputs,
        )
      }
      for (let row = whole; row < end; row += 1) {
        addRow(gradient, to, values, row * blockWidth, blockWidth, residuals[row * outputs + output]!)
        if (pair > 0)
          addRow(gradient, to + pair, values, row * blockWidth, blockWidth, residuals[row * outputs + output + 1]!)
      }
    }
  }
}

function addFourRows(
  gradient: Float64Array,
  to: number,
  pair: number,
  values: Float32Array,
  x0: number,
  blockWidth: number,
  residuals: Float64Array,
  from: number,
  outputs: number,
): void {
  const other = pair > 0 ? 1 : 0
  const r0 = residuals[from]!
  const r1 = residuals[from + outputs]!
  const r2 = residuals[from + 2 * outputs]!
  const r3 = residuals[from + 3 * outputs]!
  const q0 = residuals[from + other]! * other
  const q1 = residuals[from + outputs + other]! * other
  const q2 = residuals[from + 2 * outputs + other]! * other
  const q3 = residuals[from + 3 * outputs + other]! * other
  const x1 = x0 + blockWidth
  const x2 = x1 + blockWidth
  const x3 = x2 + blockWidth
  for (let at = 0; at < blockWidth; at += 1) {
    const a = values[x0 + at]!
    const b = values[x1 + at]!
    const c = values[x2 + at]!
    const d = values[x3 + at]!
    gradient[to + at]! += r0 * a + r1 * b + r2 * c + r3 * d
    gradient[to + pair + at]! += q0 * a + q1 * b + q2 * c + q3 * d
  }
}

function addRow(
  gradient: Float64Array,
  to: number,
  values: Float32Array,
  from: number,
  blockWidth: number,
  residual: number,
): void {
  for (let at = 0; at < blockWidth; at += 1) gradient[to + at]! += residual * values[from + at]!
}
