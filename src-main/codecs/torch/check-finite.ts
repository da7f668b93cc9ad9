import { AppError } from '#shared/contract/app-error.ts'
import type { Tensor } from './tensor.ts'

const floatTypes: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64'])

/** Position of the first NaN or infinity; −1 where there is none. */
export function firstNonFinite(values: Float32Array | Float64Array): number {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!
    if (value - value !== 0) return index
  }
  return -1
}

/**
 * Refuses weights that are NaN or infinite, which would make every prediction NaN.
 * @throws AppError `torch.weights-not-finite`, which names the tensor
 */
export function checkFinite(tensors: ReadonlyMap<string, Tensor>, file: string): void {
  for (const [name, tensor] of tensors) {
    if (!floatTypes.has(tensor.dtype)) continue
    const values = tensor.dtype === 'float64' ? tensor.toFloat64() : tensor.toFloat32()
    const index = firstNonFinite(values)
    if (index < 0) continue
    throw new AppError(
      'torch.weights-not-finite',
      `${file}: the tensor "${name}" holds ${values[index]} at position ${index}; the training diverged, so choose an earlier checkpoint.`,
      { file, tensor: name, index },
    )
  }
}
