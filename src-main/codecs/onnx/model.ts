/** Element types of ONNX tensors under the names the rest of Lectern uses (`float32`, not `FLOAT`). */
export type OnnxElementType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64'
  | 'complex64'
  | 'complex128'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'

/** Where a tensor's values are: in the model (little-endian, row-major), in a file beside it, or as strings. */
export type OnnxTensorData =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length: number | null }
  | { readonly kind: 'strings'; readonly strings: readonly Uint8Array[] }

export interface OnnxTensor {
  readonly name: string
  readonly elementType: OnnxElementType
  /** Empty for a scalar. */
  readonly dimensions: readonly number[]
  readonly data: OnnxTensorData
}

export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly kind: 'tensors'; readonly value: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  /** A kind that Lectern neither writes nor shows (sparse tensors, types), by its ONNX code. */
  | { readonly kind: 'other'; readonly code: number }

export interface OnnxNode {
  readonly name: string
  /** `''` is ONNX's own operator set. */
  readonly domain: string
  readonly operator: string
  /** Names of values; `''` stands for an optional input that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
}

export interface OnnxValueInfo {
  readonly name: string
  /** null where the value is not a tensor (a sequence, a map), or its type is not given. */
  readonly elementType: OnnxElementType | null
  /** A size, the name of a size known only when the model runs, or null for an unnamed one; null for an unknown rank. */
  readonly dimensions: readonly (number | string | null)[] | null
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
}

export interface OnnxModel {
  readonly irVersion: number
  /** Operator set versions by domain. */
  readonly operatorSets: ReadonlyMap<string, number>
  readonly producerName: string
  readonly producerVersion: string
  readonly metadata: ReadonlyMap<string, string>
  readonly graph: OnnxGraph
  /** Operators that the file itself defines, as `domain::name`; read, never written. */
  readonly localFunctions?: readonly string[]
}
