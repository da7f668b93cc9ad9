/** Where a tensor's float32 values lie: little-endian, row-major and without gaps. */
export interface WeightPlace {
  /** The file's name in the folder that the session is given. */
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** A tensor of a weights file, read when it is asked for. */
export interface WeightTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  /** Reads the values; works as long as the file stays open. */
  toFloat32(): Float32Array
  /** null where the file does not hold them as a graph needs them (half precision, compressed, big-endian, transformed). */
  readonly place: WeightPlace | null
}

/** A flat state dict in the file's order. */
export type WeightTensors = ReadonlyMap<string, WeightTensor>

/** The same values under another shape of as many elements; they stay where they are. */
export const reshaped = (tensor: WeightTensor, shape: readonly number[]): WeightTensor => ({
  dtype: tensor.dtype,
  shape,
  toFloat32: () => tensor.toFloat32(),
  place: tensor.place,
})

/** A weight that is worked out from others when the graph is built. */
export const computedWeight = (shape: readonly number[], values: () => Float32Array): WeightTensor => ({
  dtype: 'float32',
  shape,
  toFloat32: values,
  place: null,
})
