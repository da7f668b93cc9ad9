/** Probabilities of logits, computed in float64 with the largest logit subtracted. [classes] → [classes] */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const probabilities = Float64Array.from(logits)
  const largest = probabilities.reduce((best, value) => Math.max(best, value), -Infinity)
  let sum = 0
  for (let index = 0; index < probabilities.length; index++) {
    const value = Math.exp((probabilities[index] ?? 0) - largest)
    probabilities[index] = value
    sum += value
  }
  return probabilities.map((value) => value / sum)
}

/** Index of the largest value, the first of equal ones, as numpy's argmax. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? -Infinity) > (values[best] ?? -Infinity)) best = index
  }
  return best
}
