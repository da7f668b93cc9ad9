/** A constant of the graph, row-major; 16-bit floats and quantised numbers are float32 here. */
export interface TfTensor {
  /** Empty for a scalar. */
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array | Uint8Array
}

/** An attribute of a node, of the kinds that graphs of layers use; others are left out. */
export type TfAttribute =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'integers'; readonly value: readonly number[] }

export interface TfNode {
  readonly name: string
  /** `Conv2D`, `Pad`, … */
  readonly operator: string
  /** Names of nodes or weights, `name:1` for a node's second output; control inputs (`^name`) are left out. */
  readonly inputs: readonly string[]
  readonly attributes: ReadonlyMap<string, TfAttribute>
}

/** A TensorFlow.js graph model: nodes and weights by their names. */
export interface TfGraphModel {
  readonly nodes: ReadonlyMap<string, TfNode>
  readonly weights: ReadonlyMap<string, TfTensor>
}
