/** The vectors of one modality, row-major. [rows, width] */
export interface FeatureBlock {
  readonly width: number
  readonly values: Float32Array
}

/** Students as one or more modalities side by side; a concatenation shares the vectors of its parts. */
export interface FeatureBlocks {
  readonly rows: number
  readonly blocks: readonly FeatureBlock[]
}

export const widthOf = ({ blocks }: FeatureBlocks): number => blocks.reduce((sum, { width }) => sum + width, 0)

/** Mean and population standard deviation of every column; 1 for a column that never varies, as scikit-learn's StandardScaler. */
export interface ColumnScale {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

/** The scale of a modality over the training students, in two passes so that columns far from 0 keep their digits. */
export function columnScale({ width, values }: FeatureBlock, rows: number): ColumnScale {
  const mean = new Float64Array(width)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < width; column += 1) mean[column]! += values[row * width + column]!
  }
  for (let column = 0; column < width; column += 1) mean[column]! /= rows
  const deviation = new Float64Array(width)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < width; column += 1) {
      deviation[column]! += (values[row * width + column]! - mean[column]!) ** 2
    }
  }
  for (let column = 0; column < width; column += 1) {
    const spread = Math.sqrt(deviation[column]! / rows)
    // A constant column of large values has a spread of rounding errors only.
    deviation[column] = spread > 10 * Number.EPSILON * Math.abs(mean[column]!) ? spread : 1
  }
  return { mean, deviation }
}

/** (value − mean) / deviation, as a copy. */
export function standardised({ width, values }: FeatureBlock, { mean, deviation }: ColumnScale): FeatureBlock {
  const scaled = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += width) {
    for (let column = 0; column < width; column += 1) {
      scaled[start + column] = (values[start + column]! - mean[column]!) / deviation[column]!
    }
  }
  return { width, values: scaled }
}

/** The chosen rows as a copy. */
export function chosenRows({ blocks }: FeatureBlocks, rows: readonly number[]): FeatureBlocks {
  return {
    rows: rows.length,
    blocks: blocks.map(({ width, values }) => {
      const chosen = new Float32Array(rows.length * width)
      for (const [to, from] of rows.entries()) {
        chosen.set(values.subarray(from * width, (from + 1) * width), to * width)
      }
      return { width, values: chosen }
    }),
  }
}
