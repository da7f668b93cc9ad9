/** A tensor of a checkpoint as the torch reader gives it; a head's weights are read as float32. */
export interface HeadTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  toFloat32(): Float32Array
}

/** A flat state dict in the file's order. */
export type HeadTensors = ReadonlyMap<string, HeadTensor>

/** The same tensors, each read from its file at most once. */
export function readOnce(tensors: HeadTensors): HeadTensors {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      let values: Float32Array | null = null
      const toFloat32 = (): Float32Array => (values ??= tensor.toFloat32())
      return [name, { dtype: tensor.dtype, shape: tensor.shape, toFloat32 }]
    }),
  )
}
