import type { Interval } from './wilson-interval.ts'

/**
 * The percentile interval of resampled values (Efron 1981), with numpy's linear interpolation between neighbours;
 * values need not be sorted. Throws RangeError on none, on NaN, and on a confidence that is not between 0 and 1.
 */
export function percentileInterval(values: readonly number[], confidence = 0.95): Interval {
  if (values.length === 0) throw new RangeError('an interval needs at least one resampled value')
  if (values.some(Number.isNaN)) throw new RangeError('a resampled value is not a number')
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`a confidence between 0 and 1 is needed: ${confidence}`)
  const sorted = Float64Array.from(values).sort()
  const last = sorted.length - 1
  const highPlace = (last * (1 + confidence)) / 2
  const at = (place: number): number => {
    const below = sorted[Math.floor(place)] ?? 0
    const above = sorted[Math.ceil(place)] ?? below
    return below + (above - below) * (place - Math.floor(place))
  }
  return [at(last - highPlace), at(highPlace)]
}
