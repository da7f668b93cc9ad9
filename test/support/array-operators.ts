import type { BatchNormalisation, LayerNormalisation, Operators } from '#main/onnx/operators/operators.ts'

/** A matrix (or vector, or scalar) of doubles; booleans are 0 and 1. */
export interface Matrix {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export const matrix = (rows: number, columns: number, at: (row: number, column: number) => number): Matrix => ({
  shape: [rows, columns],
  values: Array.from({ length: rows * columns }, (_, index) => at(Math.floor(index / columns), index % columns)),
})

const height = ({ shape }: Matrix): number => (shape.length < 2 ? 1 : shape[0]!)
const width = ({ shape }: Matrix): number => shape.at(-1) ?? 1
const get = (x: Matrix, row: number, column: number): number =>
  x.values[(height(x) === 1 ? 0 : row) * width(x) + (width(x) === 1 ? 0 : column)]!
const map = (x: Matrix, change: (value: number) => number): Matrix => ({ shape: x.shape, values: x.values.map(change) })
const combine = (a: Matrix, b: Matrix, change: (a: number, b: number) => number): Matrix =>
  matrix(Math.max(height(a), height(b)), Math.max(width(a), width(b)), (row, column) =>
    change(get(a, row, column), get(b, row, column)),
  )
const rowOf = (x: Matrix, row: number): readonly number[] => x.values.slice(row * width(x), (row + 1) * width(x))
const mapRows = (x: Matrix, change: (row: readonly number[]) => readonly number[]): Matrix => {
  const rows = Array.from({ length: height(x) }, (_, row) => change(rowOf(x, row)))
  return { shape: [rows.length, rows[0]!.length], values: rows.flat() }
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const average = (values: readonly number[]): number => sum(values) / values.length
const variance = (values: readonly number[]): number => {
  const mean = average(values)
  return average(values.map((value) => (value - mean) ** 2))
}

/** erf by its power series; beyond |x| = 4 it is ±1 to within 2e-8. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x)
  let term = x
  let total = x
  for (let count = 1; Math.abs(term) > 1e-17; count += 1) {
    term *= -(x * x) / count
    total += term / (2 * count + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * total
}

const layerNormalisation = (x: Matrix, { weight, bias, epsilon }: LayerNormalisation<Matrix>): Matrix =>
  mapRows(x, (row) => {
    const deviation = Math.sqrt(variance(row) + epsilon)
    return row.map((value, index) => ((value - average(row)) / deviation) * weight.values[index]! + bias.values[index]!)
  })

function batchNormalisation(x: Matrix, { weight, bias, epsilon }: BatchNormalisation<Matrix>): Matrix {
  const columns = Array.from({ length: width(x) }, (_, column) =>
    x.values.filter((_value, index) => index % width(x) === column),
  )
  const means = columns.map(average)
  const deviations = columns.map((values) => Math.sqrt(variance(values) + epsilon))
  return matrix(
    height(x),
    width(x),
    (row, column) =>
      ((get(x, row, column) - means[column]!) / deviations[column]!) * weight.values[column]! + bias.values[column]!,
  )
}

/**
 * The heads' operators on plain arrays of doubles, one by one and without ONNX: what training's forward pass means. Batch
 * statistics are the batch's own, dropout is left out.
 */
export const arrayOperators: Operators<Matrix> = {
  linear: (x, weight, bias) =>
    matrix(height(x), height(weight), (row, output) =>
      rowOf(weight, output).reduce((total, value, input) => total + value * get(x, row, input), bias.values[output]!),
    ),
  matMul: (a, b) =>
    matrix(height(a), width(b), (row, column) =>
      sum(rowOf(a, row).map((value, inner) => value * get(b, inner, column))),
    ),
  transpose: (x) => matrix(width(x), height(x), (row, column) => x.values[column * width(x) + row]!),
  linearOfLayerNorm: (x, norm, weight, bias) => arrayOperators.linear(layerNormalisation(x, norm), weight, bias),
  batchNormOfLinear: (x, weight, bias, norm) => batchNormalisation(arrayOperators.linear(x, weight, bias), norm),
  softmax: (x) =>
    mapRows(x, (row) => {
      const powers = row.map((value) => Math.exp(value - Math.max(...row)))
      return powers.map((power) => power / sum(powers))
    }),
  add: (a, b) => combine(a, b, (left, right) => left + right),
  subtract: (a, b) => combine(a, b, (left, right) => left - right),
  multiply: (a, b) => combine(a, b, (left, right) => left * right),
  divide: (a, b) => combine(a, b, (left, right) => left / right),
  negate: (x) => map(x, (value) => -value),
  absolute: (x) => map(x, Math.abs),
  exponential: (x) => map(x, Math.exp),
  logarithm: (x) => map(x, Math.log),
  squareRoot: (x) => map(x, Math.sqrt),
  relu: (x) => map(x, (value) => Math.max(value, 0)),
  gelu: (x) => map(x, (value) => (value / 2) * (1 + errorFunction(value / Math.SQRT2))),
  atLeast: (x, minimum) => map(x, (value) => Math.max(value, minimum)),
  multiplyGroups: (x, factors) =>
    matrix(height(x), width(x), (row, column) => {
      const group = Math.floor((column * width(factors)) / width(x))
      return get(x, row, column) * get(factors, row, group)
    }),
  scalar: (value) => ({ shape: [], values: [value] }),
  sumOfRow: (x) => mapRows(x, (row) => [sum(row)]),
  normOfRow: (x) => mapRows(x, (row) => [Math.hypot(...row)]),
  mean: (x) => ({ shape: [], values: [average(x.values)] }),
  concatenate: (values) => {
    const rows = Array.from({ length: height(values[0]!) }, (_, row) => values.flatMap((value) => rowOf(value, row)))
    return { shape: [rows.length, rows[0]!.length], values: rows.flat() }
  },
  columns: (x, start, end) => mapRows(x, (row) => row.slice(start, end)),
  rows: (x, start, end) => {
    const stride = x.shape.length === 1 ? 1 : width(x)
    return { shape: [end - start, ...x.shape.slice(1)], values: x.values.slice(start * stride, end * stride) }
  },
  equal: (a, b) => combine(a, b, (left, right) => Number(left === right)),
  and: (a, b) => combine(a, b, (left, right) => left * right),
  or: (a, b) => combine(a, b, (left, right) => Math.max(left, right)),
  not: (a) => map(a, (value) => 1 - value),
  exceeds: (x, threshold) => map(x, (value) => Number(value > threshold)),
  diagonal: (square) => matrix(height(square), height(square), (row, column) => Number(row === column)),
  anyOfRow: (x) => mapRows(x, (row) => [Math.max(...row)]),
  where: (condition, whenTrue, whenFalse) =>
    matrix(
      Math.max(height(condition), height(whenTrue), height(whenFalse)),
      Math.max(width(condition), width(whenTrue), width(whenFalse)),
      (row, column) => get(get(condition, row, column) === 1 ? whenTrue : whenFalse, row, column),
    ),
  nearest: (similarity, limit) => {
    const count = Math.max(1, Math.min(limit, height(similarity) - 1))
    const index = mapRows(similarity, (row) =>
      [...row.keys()].toSorted((a, b) => row[b]! - row[a]! || a - b).slice(0, count),
    )
    return {
      index,
      similarity: matrix(height(index), count, (row, rank) => get(similarity, row, get(index, row, rank))),
    }
  },
  weightedRows: (rows, index, weight) =>
    matrix(height(index), width(rows), (row, column) =>
      sum(rowOf(index, row).map((other, rank) => get(weight, row, rank) * rows.values[other * width(rows) + column]!)),
    ),
  detach: (x) => x,
  dropout: (x) => x,
  scope: (_name, build) => build(),
}
