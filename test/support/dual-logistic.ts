/** Multinomial logistic regression where there are more features than rows: all that is needed of them is who resembles whom. */

/** Vectors standardised by some of them: mean 0 and variance 1 of each feature that varies. */
export function standardised(vectors: readonly Float32Array[], by: readonly number[]): Float64Array[] {
  const width = vectors[0]!.length
  const mean = new Float64Array(width)
  const square = new Float64Array(width)
  for (const row of by) {
    vectors[row]!.forEach((value, at) => {
      mean[at]! += value / by.length
      square[at]! += (value * value) / by.length
    })
  }
  const scale = square.map((value, at) => {
    const variance = value - mean[at]! ** 2
    return variance > 1e-12 ? 1 / Math.sqrt(variance) : 0
  })
  return vectors.map((vector) => Float64Array.from(vector, (value, at) => (value - mean[at]!) * scale[at]!))
}

/** [a, b]: inner products over the number of features, plus 1 for the intercept. */
export function similarities(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array[] {
  return a.map((one) =>
    Float64Array.from(b, (other) => {
      let total = 0
      for (let at = 0; at < one.length; at++) total += one[at]! * other[at]!
      return 1 + total / one.length
    }),
  )
}

const rounds = 150

/**
 * Probabilities [test][classes] of a model with the mean cross-entropy plus `penalty` / 2 of its squared weights, by
 * accelerated gradient descent (Nesterov) on the dual weights of the training rows.
 *
 * @param train similarities among training rows
 * @param test similarities of test rows to training rows
 */
export function logisticProbabilities(
  train: readonly Float64Array[],
  labels: readonly number[],
  test: readonly Float64Array[],
  classes: number,
  penalty: number,
): Float64Array[] {
  const count = train.length
  const step = 1 / (largestEigenvalue(train) / (2 * count) + penalty)
  let weights = zeros(count, classes)
  let ahead = weights
  for (let round = 1; round <= rounds; round++) {
    const probabilities = train.map((row) => softmax(product(row, ahead, classes)))
    const next = ahead.map((weight, row) =>
      weight.map((value, one) => {
        const residual = (probabilities[row]![one]! - (labels[row] === one ? 1 : 0)) / count
        return value - step * (residual + penalty * value)
      }),
    )
    const momentum = (round - 1) / (round + 2)
    ahead = next.map((weight, row) => weight.map((value, one) => value + momentum * (value - weights[row]![one]!)))
    weights = next
  }
  return test.map((row) => softmax(product(row, weights, classes)))
}

const zeros = (rows: number, columns: number) => Array.from({ length: rows }, () => new Float64Array(columns))

function product(row: Float64Array, weights: readonly Float64Array[], classes: number): Float64Array {
  const out = new Float64Array(classes)
  for (let at = 0; at < row.length; at++) {
    const weight = weights[at]!
    for (let one = 0; one < classes; one++) out[one]! += row[at]! * weight[one]!
  }
  return out
}

function softmax(scores: Float64Array): Float64Array {
  const most = Math.max(...scores)
  const parts = scores.map((score) => Math.exp(score - most))
  const total = parts.reduce((sum, part) => sum + part, 0)
  return parts.map((part) => part / total)
}

/** By power iteration, a little too large to be safe. */
function largestEigenvalue(matrix: readonly Float64Array[]): number {
  let vector = Float64Array.from(matrix, () => 1)
  let value = 1
  for (let round = 0; round < 30; round++) {
    const next = Float64Array.from(matrix, (row) => row.reduce((sum, entry, at) => sum + entry * vector[at]!, 0))
    value = Math.hypot(...next)
    vector = next.map((entry) => entry / value)
  }
  return value * 1.05
}
