import { filters } from './filters.ts'
import type { FilterName } from './filters.ts'

/** For each output pixel which input pixels it is made of, and how much of each. */
export interface FilterTaps {
  /** Weights of one output pixel lie at `index * stride`, in units of 2^-22. */
  readonly stride: number
  readonly weights: Int32Array
  /** First input pixel of each output pixel. */
  readonly starts: Int32Array
  readonly counts: Int32Array
}

/** Pillow's 8-bit fixed point: 32 bits, less 8 of the pixel and 2 for kernels that overshoot. */
export const weightBits = 22

/** Output pixels `first` to `first + count` of a whole axis resized from `inputSize` to `outputSize` pixels. */
export interface AxisPart {
  readonly inputSize: number
  readonly outputSize: number
  readonly first: number
  readonly count: number
}

/**
 * Pillow's antialiased taps along one axis (Resample.c, precompute_coeffs and normalize_coeffs_8bpc), number for number: the
 * kernel widens with the reduction, is cut at the border, scaled to sum 1 and rounded half away from zero.
 */
export function filterTaps(name: FilterName, { inputSize, outputSize, first, count }: AxisPart): FilterTaps {
  const filter = filters[name]
  const scale = inputSize / outputSize
  const widening = Math.max(scale, 1)
  const support = filter.support * widening
  const stride = Math.ceil(support) * 2 + 1
  const weights = new Int32Array(count * stride)
  const starts = new Int32Array(count)
  const counts = new Int32Array(count)
  const exact = new Float64Array(stride)
  const narrowing = 1 / widening
  for (let index = 0; index < count; index += 1) {
    const centre = (first + index + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - support + 0.5))
    const taps = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - start
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) {
      const weight = filter.weight((tap + start - centre + 0.5) * narrowing)
      exact[tap] = weight
      sum += weight
    }
    for (let tap = 0; tap < taps; tap += 1) {
      const share = sum === 0 ? exact[tap]! : exact[tap]! / sum
      weights[index * stride + tap] = Math.trunc(share * 2 ** weightBits + (share < 0 ? -0.5 : 0.5))
    }
    starts[index] = start
    counts[index] = taps
  }
  return { stride, weights, starts, counts }
}
