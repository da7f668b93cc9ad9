import type { Steps } from '#shared/metrics/steps.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlock, FeatureBlocks } from './feature-blocks.ts'

/** Multiplications between two yields: some 5 ms. */
const stepSize = 5_000_000

export const rowsPerStep = (width: number, outputs: number): number =>
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
      addScores({ scores, weights, width, outputs, block, column }, first, last)
      column += block.width
    }
    yield
  }
  return scores
}

/** The product of one modality's vectors and their columns of the weights, added to the scores. */
interface ScoreTask {
  readonly scores: Float64Array
  readonly weights: Float64Array
  readonly width: number
  readonly outputs: number
  readonly block: FeatureBlock
  /** Where the modality's columns begin. */
  readonly column: number
}

/** Four rows by four outputs at a time: sixteen products for eight reads. What is left over goes one by one. */
function addScores(task: ScoreTask, first: number, last: number): void {
  const { outputs } = task
  const wholeRows = last - ((last - first) % 4)
  const wholeOutputs = outputs - (outputs % 4)
  for (let row = first; row < wholeRows; row += 4) {
    for (let output = 0; output < wholeOutputs; output += 4) addTile(task, row, output)
    for (let output = wholeOutputs; output < outputs; output += 1) addStrip(task, row, output)
  }
  for (let row = wholeRows; row < last; row += 1) {
    for (let output = 0; output < outputs; output += 1) addOne(task, row, output)
  }
}

function addOne({ scores, weights, width, outputs, block, column }: ScoreTask, row: number, output: number): void {
  const { values, width: blockWidth } = block
  const x = row * blockWidth
  const w = output * width + column
  let sum = 0
  for (let at = 0; at < blockWidth; at += 1) sum += values[x + at]! * weights[w + at]!
  scores[row * outputs + output]! += sum
}

function addTile({ scores, weights, width, outputs, block, column }: ScoreTask, row: number, output: number): void {
  const { values, width: blockWidth } = block
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
function addStrip({ scores, weights, width, outputs, block, column }: ScoreTask, row: number, output: number): void {
  const { values, width: blockWidth } = block
  const weight = output * width + column
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
