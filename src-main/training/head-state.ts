import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'

/** Values by the weight's name in the state dict. */
export type Values = ReadonlyMap<string, Float32Array>

/** A head in training. */
export interface HeadState {
  /** Parameters and running statistics. */
  readonly weights: Values
  /** AdamW's moments of the parameters that are trained; zeros where one has none yet. */
  readonly firstMoments: Values
  readonly secondMoments: Values
  /** Steps made: AdamW's t, and BatchNorm's `num_batches_tracked`. */
  readonly steps: number
}

/** A state before its first step. */
export const freshState = (weights: Values): HeadState => ({
  weights,
  firstMoments: new Map(),
  secondMoments: new Map(),
  steps: 0,
})

/** One tensor of a checkpoint. */
export interface StateDictEntry {
  readonly dtype: 'float32' | 'int64'
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

/** The head as PyTorch's state dict, in its order, `num_batches_tracked` as an int64 scalar. */
export function stateDict(config: HeadConfig, weights: Values, steps: number): (readonly [string, StateDictEntry])[] {
  return expectedWeights(config).map(({ name, shape, role }) => [
    name,
    role === 'counter'
      ? { dtype: 'int64', shape, data: BigInt64Array.of(BigInt(steps)) }
      : { dtype: 'float32', shape, data: weights.get(name)! },
  ])
}
