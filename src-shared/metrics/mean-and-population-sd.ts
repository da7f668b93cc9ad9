export interface MeanAndSd {
  readonly count: number
  readonly mean: number
  /** Divided by n, as RAFNet's tables over seeds. */
  readonly populationSd: number
}

/**
 * Mean and population standard deviation, in two passes so that close values keep their digits. Throws RangeError on
 * none or NaN.
 */
export function meanAndPopulationSd(values: readonly number[]): MeanAndSd {
  if (values.length === 0) throw new RangeError('a mean needs at least one value')
  const wrong = values.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) throw new RangeError(`values[${wrong}] is ${values[wrong]}`)
  const mean = values.reduce((total, value) => total + value, 0) / values.length
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0)
  return { count: values.length, mean, populationSd: Math.sqrt(squares / values.length) }
}
