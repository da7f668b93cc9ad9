/** A matrix [rows, columns] in row-major order. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

/** A matrix in a computation, with the derivative of the loss by each of its elements once `backward` has run. */
export interface Value extends Matrix {
  readonly gradient: Float64Array
}

export const matrix = (
  rows: number,
  columns: number,
  data: Float64Array = new Float64Array(rows * columns),
): Matrix => ({
  rows,
  columns,
  data,
})

/** Reverse-mode differentiation: every operation notes how to hand its gradient back to its inputs. */
export class Tape {
  readonly #steps: (() => void)[] = []

  value({ rows, columns, data }: Matrix): Value {
    return { rows, columns, data, gradient: new Float64Array(data.length) }
  }

  /** Runs the noted steps backwards from a loss of one element. */
  backward(loss: Value): void {
    loss.gradient[0] = 1
    for (const step of this.#steps.toReversed()) step()
  }

  #result(rows: number, columns: number, back: (result: Value) => void): Value {
    const result = this.value(matrix(rows, columns))
    this.#steps.push(() => back(result))
    return result
  }

  /** x Wᵀ + b, with x [n, in], W [out, in], b [1, out]. */
  linear(x: Value, weight: Value, bias: Value): Value {
    const { rows, columns: width } = x
    const result = this.#result(rows, weight.rows, (y) => {
      for (let row = 0; row < rows; row++) {
        for (let out = 0; out < weight.rows; out++) {
          const slope = y.gradient[row * weight.rows + out]!
          if (slope === 0) continue
          bias.gradient[out]! += slope
          for (let column = 0; column < width; column++) {
            x.gradient[row * width + column]! += slope * weight.data[out * width + column]!
            weight.gradient[out * width + column]! += slope * x.data[row * width + column]!
          }
        }
      }
    })
    for (let row = 0; row < rows; row++) {
      for (let out = 0; out < weight.rows; out++) {
        let sum = bias.data[out]!
        for (let column = 0; column < width; column++) {
          sum += x.data[row * width + column]! * weight.data[out * width + column]!
        }
        result.data[row * weight.rows + out] = sum
      }
    }
    return result
  }

  /** Every element by a function of it and its index, given with its derivative; other inputs only add to `back`. */
  map(x: Value, apply: (x: number, index: number) => number, slope: (x: number, index: number) => number): Value {
    const result = this.#result(x.rows, x.columns, (y) => {
      for (const [index, upstream] of y.gradient.entries()) {
        x.gradient[index]! += upstream * slope(x.data[index]!, index)
      }
    })
    for (const [index, element] of x.data.entries()) result.data[index] = apply(element, index)
    return result
  }

  relu(x: Value): Value {
    return this.map(
      x,
      (element) => Math.max(0, element),
      (element) => (element > 0 ? 1 : 0),
    )
  }

  /** Element by element with fixed factors, such as a dropout mask. */
  scaleBy(x: Value, factors: Float64Array): Value {
    return this.map(
      x,
      (element, index) => element * factors[index]!,
      (_, index) => factors[index]!,
    )
  }

  /** a + factor · b. */
  addScaled(a: Value, b: Value, factor: number): Value {
    const result = this.#result(a.rows, a.columns, (y) => {
      for (const [index, upstream] of y.gradient.entries()) {
        a.gradient[index]! += upstream
        b.gradient[index]! += factor * upstream
      }
    })
    for (const [index, element] of a.data.entries()) result.data[index] = element + factor * b.data[index]!
    return result
  }

  /** Side by side: [n, a] and [n, b] become [n, a + b]. */
  concat(parts: readonly Value[]): Value {
    const rows = parts[0]!.rows
    const columns = parts.reduce((sum, part) => sum + part.columns, 0)
    const eachElement = (visit: (part: Value, from: number, to: number) => void): void => {
      let offset = 0
      for (const part of parts) {
        for (let index = 0; index < part.data.length; index++) {
          const row = Math.floor(index / part.columns)
          visit(part, index, row * columns + offset + (index % part.columns))
        }
        offset += part.columns
      }
    }
    const result = this.#result(rows, columns, (y) => {
      eachElement((part, from, to) => {
        part.gradient[from]! += y.gradient[to]!
      })
    })
    eachElement((part, from, to) => {
      result.data[to] = part.data[from]!
    })
    return result
  }

  /** Each row of x times that row's element of one column of the gates. */
  gate(x: Value, gates: Value, column: number): Value {
    const at = (index: number): number => Math.floor(index / x.columns) * gates.columns + column
    const result = this.#result(x.rows, x.columns, (y) => {
      for (const [index, upstream] of y.gradient.entries()) {
        x.gradient[index]! += upstream * gates.data[at(index)]!
        gates.gradient[at(index)]! += upstream * x.data[index]!
      }
    })
    for (const [index, element] of x.data.entries()) result.data[index] = element * gates.data[at(index)]!
    return result
  }

  /** A fixed sparse matrix times x: row i becomes the weighted sum of the listed rows. */
  mixRows(x: Value, rows: readonly (readonly (readonly [row: number, weight: number])[])[]): Value {
    const { columns } = x
    const result = this.#result(rows.length, columns, (y) => {
      for (const [to, parts] of rows.entries()) {
        for (const [from, weight] of parts) {
          for (let column = 0; column < columns; column++) {
            x.gradient[from * columns + column]! += weight * y.gradient[to * columns + column]!
          }
        }
      }
    })
    for (const [to, parts] of rows.entries()) {
      for (const [from, weight] of parts) {
        for (let column = 0; column < columns; column++) {
          result.data[to * columns + column]! += weight * x.data[from * columns + column]!
        }
      }
    }
    return result
  }

  softmax(x: Value): Value {
    const { rows, columns } = x
    const result = this.#result(rows, columns, (y) => {
      for (let row = 0; row < rows; row++) {
        let mean = 0
        for (let at = row * columns; at < (row + 1) * columns; at++) mean += y.gradient[at]! * y.data[at]!
        for (let at = row * columns; at < (row + 1) * columns; at++) {
          x.gradient[at]! += y.data[at]! * (y.gradient[at]! - mean)
        }
      }
    })
    for (let row = 0; row < rows; row++) {
      const exponentials = softmaxOf(x.data.subarray(row * columns, (row + 1) * columns))
      result.data.set(exponentials, row * columns)
    }
    return result
  }

  /** (x − mean) / √(variance + 1e-5) · weight + bias over each row (LayerNorm) or, for `columns`, each column (BatchNorm). */
  normalise(x: Value, weight: Value, bias: Value, over: 'rows' | 'columns'): Value {
    const { rows, columns } = x
    const groups = over === 'rows' ? rows : columns
    const size = over === 'rows' ? columns : rows
    const at = (group: number, item: number): number =>
      over === 'rows' ? group * columns + item : item * columns + group
    const standard = new Float64Array(x.data.length)
    const inverse = new Float64Array(groups)
    const result = this.#result(rows, columns, (y) => {
      for (let group = 0; group < groups; group++) {
        let mean = 0
        let slope = 0
        for (let item = 0; item < size; item++) {
          const index = at(group, item)
          const column = index % columns
          const upstream = y.gradient[index]!
          bias.gradient[column]! += upstream
          weight.gradient[column]! += upstream * standard[index]!
          mean += (upstream * weight.data[column]!) / size
          slope += (upstream * weight.data[column]! * standard[index]!) / size
        }
        for (let item = 0; item < size; item++) {
          const index = at(group, item)
          const own = y.gradient[index]! * weight.data[index % columns]!
          x.gradient[index]! += inverse[group]! * (own - mean - standard[index]! * slope)
        }
      }
    })
    for (let group = 0; group < groups; group++) {
      const { mean, variance } = moments(size, (item) => x.data[at(group, item)]!)
      inverse[group] = 1 / Math.sqrt(variance + 1e-5)
      for (let item = 0; item < size; item++) {
        const index = at(group, item)
        standard[index] = (x.data[index]! - mean) * inverse[group]!
        result.data[index] = standard[index] * weight.data[index % columns]! + bias.data[index % columns]!
      }
    }
    return result
  }

  /** A scalar whose derivative by x the caller has worked out. */
  reduce(x: Value, total: number, gradient: Float64Array): Value {
    const result = this.#result(1, 1, (y) => {
      for (const [index, slope] of gradient.entries()) x.gradient[index]! += y.gradient[0]! * slope
    })
    result.data[0] = total
    return result
  }
}

/** Mean and biased variance of some numbers. */
export function moments(count: number, at: (item: number) => number): { mean: number; variance: number } {
  let mean = 0
  for (let item = 0; item < count; item++) mean += at(item) / count
  let variance = 0
  for (let item = 0; item < count; item++) variance += (at(item) - mean) ** 2 / count
  return { mean, variance }
}

export function softmaxOf(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits)
  const exponentials = logits.map((logit) => Math.exp(logit - highest))
  const sum = exponentials.reduce((total, one) => total + one, 0)
  return exponentials.map((one) => one / sum)
}
