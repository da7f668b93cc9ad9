import type { Steps } from '#shared/metrics/steps.ts'
import { widthOf } from '../baselines/feature-blocks.ts'
import type { FeatureBlocks } from '../baselines/feature-blocks.ts'
import { addLinearGradient } from '../baselines/linear-gradient.ts'
import { linearScores } from '../baselines/linear-products.ts'
import type { LinearModel } from '../baselines/logistic-regression.ts'

/** The same students in other coordinates. */
export interface OtherColumns {
  readonly x: FeatureBlocks
  /** A model of these coordinates as one of the first columns: same scores, same squared weights. */
  readonly lift: (model: LinearModel) => Steps<LinearModel>
}

/** Rows, as a share of the columns, below which it pays. */
const payingShare = 0.5
/** Of the mean diagonal: students who are alike, and columns that sum to 0, leave nothing to divide by. */
const ridge = 1e-9

/**
 * With fewer students than columns, weights that are held back never leave the span of the students: rows of the Cholesky factor L of
 * X Xᵀ then serve as well as X, since X = L Q with orthonormal rows of Q, and there are only as many columns as students. With more
 * students X stays as it is.
 */
export function* fewerColumns(x: FeatureBlocks): Steps<OtherColumns> {
  const width = widthOf(x)
  if (x.rows >= payingShare * width) {
    return { x, lift: asItIs }
  }
  const factor = yield* cholesky(yield* linearScores(x, sideBySide(x, width), x.rows), x.rows)
  return {
    x: { rows: x.rows, blocks: [{ width: x.rows, values: Float32Array.from(factor) }] },
    lift: (model) => lifted(model, x, width, factor),
  }
}

function* asItIs(model: LinearModel): Steps<LinearModel> {
  yield
  return model
}

/** [rows · width], then an intercept of 0 for each row. */
function sideBySide({ rows, blocks }: FeatureBlocks, width: number): Float64Array {
  const whole = new Float64Array(rows * width + rows)
  let column = 0
  for (const block of blocks) {
    for (let row = 0; row < rows; row += 1) {
      whole.set(block.values.subarray(row * block.width, (row + 1) * block.width), row * width + column)
    }
    column += block.width
  }
  return whole
}

/** The lower factor of a symmetric matrix, the ridge added to its diagonal. [rows, rows] */
function* cholesky(matrix: Float64Array, rows: number): Steps<Float64Array> {
  let trace = 0
  for (let row = 0; row < rows; row += 1) trace += matrix[row * rows + row]!
  const least = Math.max(Number.MIN_VALUE, (ridge * trace) / rows)
  const factor = new Float64Array(rows * rows)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row * rows + column]! + (row === column ? least : 0)
      for (let at = 0; at < column; at += 1) rest -= factor[row * rows + at]! * factor[column * rows + at]!
      factor[row * rows + column] =
        row === column ? Math.sqrt(Math.max(rest, least)) : rest / factor[column * rows + column]!
    }
    if (row % 32 === 0) yield
  }
  return factor
}

/** w = Xᵀ α with Lᵀ α = u for each row of weights u. */
function* lifted(
  { present, classes, weights, converged }: LinearModel,
  x: FeatureBlocks,
  width: number,
  factor: Float64Array,
): Steps<LinearModel> {
  const { rows } = x
  const outputs = present.length
  const shares = new Float64Array(rows * outputs)
  for (let output = 0; output < outputs; output += 1) {
    for (let row = rows - 1; row >= 0; row -= 1) {
      let rest = weights[output * rows + row]!
      for (let later = row + 1; later < rows; later += 1) {
        rest -= factor[later * rows + row]! * shares[later * outputs + output]!
      }
      shares[row * outputs + output] = rest / factor[row * rows + row]!
    }
    yield
  }
  const wide = new Float64Array(outputs * width + outputs)
  yield* addLinearGradient(wide, x, shares, outputs)
  wide.set(weights.subarray(outputs * rows), outputs * width)
  return { present, classes, weights: wide, converged }
}
