/**
 * What a head is written in. A value is a tensor of the graph being made; `n` is the number of students in one forward.
 * Inference implements it over a GraphBuilder; training implements it over a tape that also knows each operator's
 * gradient. Whatever the two do differently (dropout, batch statistics, detaching) is an operator here, so that a head has one definition.
 */
export interface Operators<Value> {
  /** x Wᵀ + b: x [n, in], weight [out, in], bias [out] → [n, out]. */
  linear(x: Value, weight: Value, bias: Value): Value
  /** a b: [n, m] and [m, p] → [n, p]. */
  matMul(a: Value, b: Value): Value
  /** [n, m] → [m, n]. */
  transpose(x: Value): Value

  /** `linear` of LayerNorm: each row gets mean 0 and variance 1 and is scaled and shifted before. */
  linearOfLayerNorm(x: Value, norm: LayerNormalisation<Value>, weight: Value, bias: Value): Value
  /** BatchNorm of `linear`. Inference uses the running statistics; training uses the batch's and updates the running ones. */
  batchNormOfLinear(x: Value, weight: Value, bias: Value, norm: BatchNormalisation<Value>): Value
  /** Softmax over each row. */
  softmax(x: Value): Value

  add(a: Value, b: Value): Value
  subtract(a: Value, b: Value): Value
  multiply(a: Value, b: Value): Value
  divide(a: Value, b: Value): Value
  negate(x: Value): Value
  absolute(x: Value): Value
  exponential(x: Value): Value
  logarithm(x: Value): Value
  squareRoot(x: Value): Value
  relu(x: Value): Value
  /** GELU by the error function: x/2 · (1 + erf(x/√2)). */
  gelu(x: Value): Value
  /** max(x, minimum), element by element. */
  atLeast(x: Value, minimum: number): Value
  /** Each run of d neighbouring columns times one column of `factors`: x [n, groups · d], factors [n, groups]. */
  multiplyGroups(x: Value, factors: Value): Value
  /** A float32 scalar. */
  scalar(value: number): Value

  /** [n, d] → [n, 1]. */
  sumOfRow(x: Value): Value
  /** Euclidean norm of each row, [n, d] → [n, 1]; its gradient at a row of zeros is 0. */
  normOfRow(x: Value): Value
  /** Mean of all elements, a scalar. */
  mean(x: Value): Value

  /** Side by side: [n, a], [n, b], … → [n, a + b + …]. One value is returned as it is. */
  concatenate(values: readonly Value[]): Value
  /** Columns start to end (exclusive) of [n, d]. */
  columns(x: Value, start: number, end: number): Value
  /** Rows start to end (exclusive) of a weight [d, …]. */
  rows(x: Value, start: number, end: number): Value

  /** Element by element, true where equal; broadcasts. */
  equal(a: Value, b: Value): Value
  and(a: Value, b: Value): Value
  or(a: Value, b: Value): Value
  not(a: Value): Value
  /** Element by element: x > threshold. */
  exceeds(x: Value, threshold: number): Value
  /** Of a square [n, n] value: true on the diagonal. */
  diagonal(square: Value): Value
  /** [n, m] of booleans → [n, 1]: true where any of the row is. */
  anyOfRow(x: Value): Value
  where(condition: Value, whenTrue: Value, whenFalse: Value): Value

  /**
   * Each row's k largest values in falling order, with their columns (int64); of equal values the lower column comes
   * first. k = max(1, min(limit, n − 1)) for [n, n].
   */
  nearest(similarity: Value, limit: number): { readonly similarity: Value; readonly index: Value }
  /** Σ_j weight[i, j] · rows[index[i, j]]: rows [n, d], index and weight [n, k] → [n, d]. */
  weightedRows(rows: Value, index: Value, weight: Value): Value

  /** The same value through which no gradient flows. */
  detach(x: Value): Value
  /**
   * The same value at inference. In training each element is zeroed with this probability and the rest divided by
   * 1 − rate; `groups` draws once for each run of d/groups neighbouring columns. `name` tells the masks apart.
   */
  dropout(x: Value, rate: number, name: string, groups?: number): Value
  /** Names made inside `build` start with `name/`. */
  scope<Result>(name: string, build: () => Result): Result
}

/** Scale and shift of one LayerNorm layer, each [d]. */
export interface LayerNormalisation<Value> {
  readonly epsilon: number
  readonly weight: Value
  readonly bias: Value
}

/** Vectors of one BatchNorm layer, each [d]. */
export interface BatchNormalisation<Value> {
  /** Its weights' common name, `classifier.1`: training keeps the running statistics under it. */
  readonly name: string
  readonly epsilon: number
  readonly weight: Value
  readonly bias: Value
  readonly runningMean: Value
  readonly runningVariance: Value
}
