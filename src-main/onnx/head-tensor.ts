/** A tensor of a checkpoint as the torch reader gives it; a head's weights are read as float32. */
export interface HeadTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  toFloat32(): Float32Array
}

/** A flat state dict in the file's order. */
export type HeadTensors = ReadonlyMap<string, HeadTensor>
