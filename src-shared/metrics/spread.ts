import { meanAndPopulationSd } from './mean-and-population-sd.ts'

/** A figure over several runs. */
export interface Spread {
  readonly mean: number
  /** Population standard deviation, as in RAFNet's tables over seeds. */
  readonly std: number
  readonly min: number
  readonly max: number
}

/** Throws RangeError on none or NaN. */
export function spreadOf(values: readonly number[]): Spread {
  const { mean, populationSd } = meanAndPopulationSd(values)
  return { mean, std: populationSd, min: Math.min(...values), max: Math.max(...values) }
}
