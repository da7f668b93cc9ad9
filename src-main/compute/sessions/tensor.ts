/** Element types that go into and come out of a session; int64 as BigInt64Array, bool as bytes. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

/** A dense row-major tensor, free of ONNX Runtime's types so that only `sessions/` knows the runtime. */
export interface PlainTensor {
  readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'uint8'
  readonly dimensions: readonly number[]
  readonly data: TensorData
}

export const float32Tensor = (data: Float32Array, dimensions: readonly number[]): PlainTensor => ({
  type: 'float32',
  dimensions,
  data,
})

export const int64Tensor = (data: BigInt64Array, dimensions: readonly number[]): PlainTensor => ({
  type: 'int64',
  dimensions,
  data,
})

export const uint8Tensor = (data: Uint8Array, dimensions: readonly number[]): PlainTensor => ({
  type: 'uint8',
  dimensions,
  data,
})
