import type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxTensorData,
  OnnxValueInfo,
} from '#main/codecs/onnx/model.ts'
import type { WeightTensor } from './weight.ts'

/** The name of a value in a graph: an input, an initializer or what a node puts out. */
export type ValueName = string

/** A size known now, or the name of one known only when the graph runs. */
export type Dimension = number | string

export const integer = (value: number): OnnxAttribute => ({ kind: 'int', value: BigInt(value) })
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value })
export const integers = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value: value.map(BigInt) })

/** The bytes of a typed array, without a copy. Every platform that Lectern runs on is little-endian, as ONNX is. */
export const bytesOf = (array: ArrayBufferView): OnnxTensorData => ({
  kind: 'bytes',
  bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
})

/** Where a weight lies in its file if a graph can use it from there, else a float32 copy. */
function weightData(tensor: WeightTensor): OnnxTensorData {
  const { place } = tensor
  if (place === null || tensor.dtype !== 'float32') return bytesOf(tensor.toFloat32())
  return { kind: 'external', location: place.file, offset: place.offset, length: place.length }
}

/**
 * Collects the nodes, constants and weights of one ONNX graph. Names are readable (`gate/softmax`, `gate/gemm_2`),
 * equal constants are stored once, and `build` leaves out whatever no output needs.
 */
export class GraphBuilder {
  readonly #name: string
  readonly #nodes: OnnxNode[] = []
  readonly #initializers = new Map<ValueName, OnnxTensor>()
  readonly #constants = new Map<string, ValueName>()
  readonly #inputs: OnnxValueInfo[] = []
  readonly #outputs: OnnxValueInfo[] = []
  readonly #publicNames = new Map<ValueName, string>()
  readonly #taken = new Set<string>()
  #scope: readonly string[] = []

  constructor(name: string) {
    this.#name = name
  }

  input(name: string, elementType: OnnxElementType, dimensions: readonly Dimension[]): ValueName {
    this.#claim(name)
    this.#inputs.push({ name, elementType, dimensions })
    return name
  }

  /** Makes a node's value an output under a public name; no copy happens when the graph runs. */
  output(value: ValueName, name: string, elementType: OnnxElementType, dimensions: readonly Dimension[]): void {
    this.#claim(name)
    if (this.#publicNames.has(value) || !this.#nodes.some((node) => node.outputs.includes(value))) {
      this.#nodes.push({
        name: `${name}/identity`,
        domain: '',
        operator: 'Identity',
        inputs: [value],
        outputs: [name],
        attributes: new Map(),
      })
    } else this.#publicNames.set(value, name)
    this.#outputs.push({ name, elementType, dimensions })
  }

  initializer(
    name: string,
    elementType: OnnxElementType,
    dimensions: readonly number[],
    data: OnnxTensorData,
  ): ValueName {
    this.#claim(name)
    this.#initializers.set(name, { name, elementType, dimensions, data })
    return name
  }

  /**
   * A weight under its name in the checkpoint, as float32: a pointer into the checkpoint's own file where its values lie
   * there so, else a copy in the graph. A name that was given before gives the value it gave then.
   */
  weight(name: string, tensor: WeightTensor): ValueName {
    if (this.#initializers.has(name)) return name
    return this.initializer(name, 'float32', tensor.shape, weightData(tensor))
  }

  /** A float32 constant: a number makes a scalar, a list a vector. */
  float32(value: number | readonly number[]): ValueName {
    return this.#constant('float32', value, (values) => Float32Array.from(values))
  }

  /** An int64 constant: a number makes a scalar, a list a vector. */
  int64(value: number | readonly number[]): ValueName {
    return this.#constant('int64', value, (values) => BigInt64Array.from(values, BigInt))
  }

  /** Adds a node with one output and returns that value. */
  node(
    operator: string,
    inputs: readonly ValueName[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): ValueName {
    return this.nodes(operator, inputs, attributes, 1)[0]!
  }

  /** Adds a node with several outputs and returns them in order. */
  nodes(
    operator: string,
    inputs: readonly ValueName[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputCount: number,
  ): readonly ValueName[] {
    const name = this.#unique([...this.#scope, operator.toLowerCase()].join('/'))
    const outputs = outputCount === 1 ? [name] : Array.from({ length: outputCount }, (_, index) => `${name}.${index}`)
    this.#nodes.push({ name, domain: '', operator, inputs, outputs, attributes: new Map(Object.entries(attributes)) })
    return outputs
  }

  /** Names made inside `build` start with `name/`. */
  scope<Result>(name: string, build: () => Result): Result {
    const outer = this.#scope
    this.#scope = [...outer, name]
    try {
      return build()
    } finally {
      this.#scope = outer
    }
  }

  build(): OnnxGraph {
    const nodes = this.#needed()
    const used = new Set(nodes.flatMap((node) => node.inputs))
    const publicName = (value: ValueName): string => this.#publicNames.get(value) ?? value
    return {
      name: this.#name,
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(publicName),
        outputs: node.outputs.map(publicName),
      })),
      initializers: [...this.#initializers.values()].filter((tensor) => used.has(tensor.name)),
      inputs: this.#inputs,
      outputs: this.#outputs,
    }
  }

  /** The nodes that some output depends on, in their order; nodes are added after what they read. */
  #needed(): OnnxNode[] {
    const values = new Map([...this.#publicNames].map(([value, name]) => [name, value]))
    const needed = new Set(this.#outputs.map((output) => values.get(output.name) ?? output.name))
    const kept: OnnxNode[] = []
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue
      kept.push(node)
      for (const input of node.inputs) needed.add(input)
    }
    return kept.reverse()
  }

  #constant(
    elementType: OnnxElementType,
    value: number | readonly number[],
    pack: (values: readonly number[]) => ArrayBufferView,
  ): ValueName {
    const scalar = typeof value === 'number'
    const key = `${elementType}:${JSON.stringify(value)}`
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const values = scalar ? [value] : value
    const name = this.#unique(`constant/${values.join('_')}`)
    this.#initializers.set(name, {
      name,
      elementType,
      dimensions: scalar ? [] : [values.length],
      data: bytesOf(pack(values)),
    })
    this.#constants.set(key, name)
    return name
  }

  #unique(base: string): string {
    let name = base
    for (let count = 2; this.#taken.has(name); count += 1) name = `${base}_${count}`
    this.#taken.add(name)
    return name
  }

  #claim(name: string): void {
    if (this.#taken.has(name)) throw new TypeError(`the graph ${this.#name} already has a value named ${name}`)
    this.#taken.add(name)
  }
}
