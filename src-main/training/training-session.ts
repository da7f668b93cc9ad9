/** A dense row-major tensor, as sessions take and give them; int64 as BigInt64Array, booleans as bytes. */
export interface SessionTensor {
  readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'uint8'
  readonly dimensions: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
}

export type SessionTensors = Readonly<Record<string, SessionTensor>>

/** A loaded graph. Training does not know who runs it. */
export interface TrainingSession {
  run(feeds: SessionTensors): Promise<ReadonlyMap<string, SessionTensor>>
}

export const floats = (data: Float32Array, dimensions: readonly number[]): SessionTensor => ({
  type: 'float32',
  dimensions,
  data,
})

export const integers = (values: readonly number[], dimensions: readonly number[]): SessionTensor => ({
  type: 'int64',
  dimensions,
  data: BigInt64Array.from(values, BigInt),
})

export const booleans = (data: Uint8Array, dimensions: readonly number[]): SessionTensor => ({
  type: 'bool',
  dimensions,
  data,
})

/** The float32 values of an output. A graph of our own always has it: anything else is a mistake in the program. */
export function floatsOf(results: ReadonlyMap<string, SessionTensor>, name: string): Float32Array {
  const tensor = results.get(name)
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new TypeError(`the graph gives no float32 output ${name}`)
}
