import type { Steps } from '#shared/metrics/steps.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlock, FeatureBlocks } from './feature-blocks.ts'
import { rowsPerStep } from './linear-products.ts'

/** Rows whose vectors stay in the cache while every output takes them in. */
const rowsAtOnce = 64

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
      addBlockGradient({ gradient, residuals, width, outputs, block, column }, first, last)
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

/** The product of the residuals and one modality's vectors, added to its columns of the gradient. */
interface GradientTask {
  readonly gradient: Float64Array
  readonly residuals: Float64Array
  readonly width: number
  readonly outputs: number
  readonly block: FeatureBlock
  /** Where the modality's columns begin. */
  readonly column: number
}

/** Four rows and two outputs at a time: eight products for each read of four values. What is left over goes one by one. */
function addBlockGradient(task: GradientTask, first: number, last: number): void {
  const { outputs } = task
  for (let start = first; start < last; start += rowsAtOnce) {
    const end = Math.min(last, start + rowsAtOnce)
    const whole = end - ((end - start) % 4)
    for (let output = 0; output < outputs; output += 2) {
      for (let row = start; row < whole; row += 4) addFourRows(task, row, output)
      for (let row = whole; row < end; row += 1) {
        addRow(task, row, output)
        if (output + 1 < outputs) addRow(task, row, output + 1)
      }
    }
  }
}

function addFourRows(
  { gradient, residuals, width, outputs, block, column }: GradientTask,
  row: number,
  output: number,
): void {
  const { values, width: blockWidth } = block
  const from = row * outputs + output
  // The odd output at the end is its own pair, and adds 0 the second time.
  const other = output + 1 < outputs ? 1 : 0
  const r0 = residuals[from]!
  const r1 = residuals[from + outputs]!
  const r2 = residuals[from + 2 * outputs]!
  const r3 = residuals[from + 3 * outputs]!
  const q0 = residuals[from + other]! * other
  const q1 = residuals[from + outputs + other]! * other
  const q2 = residuals[from + 2 * outputs + other]! * other
  const q3 = residuals[from + 3 * outputs + other]! * other
  const to = output * width + column
  const pair = to + other * width
  const x0 = row * blockWidth
  const x1 = x0 + blockWidth
  const x2 = x1 + blockWidth
  const x3 = x2 + blockWidth
  for (let at = 0; at < blockWidth; at += 1) {
    const a = values[x0 + at]!
    const b = values[x1 + at]!
    const c = values[x2 + at]!
    const d = values[x3 + at]!
    gradient[to + at]! += r0 * a + r1 * b + r2 * c + r3 * d
    gradient[pair + at]! += q0 * a + q1 * b + q2 * c + q3 * d
  }
}

function addRow(
  { gradient, residuals, width, outputs, block, column }: GradientTask,
  row: number,
  output: number,
): void {
  const { values, width: blockWidth } = block
  const residual = residuals[row * outputs + output]!
  const to = output * width + column
  const from = row * blockWidth
  for (let at = 0; at < blockWidth; at += 1) gradient[to + at]! += residual * values[from + at]!
}
