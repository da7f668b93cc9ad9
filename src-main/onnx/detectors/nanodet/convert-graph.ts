import type { TfGraphModel, TfNode } from '#main/codecs/tfjs/graph-model.ts'
import type { Dimension, GraphBuilder } from '../../graph-builder.ts'
import { asStored, storedIn } from './lazy-value.ts'
import type { LazyValue } from './lazy-value.ts'
import { unsupported } from './tf-node.ts'
import { conversions, convolution } from './tf-operators.ts'

export interface GraphCut {
  /** A node of the TensorFlow graph that becomes the ONNX graph's input, with its shape there. */
  readonly input: { readonly node: string; readonly name: string; readonly shape: readonly number[] }
  /** The input's dimensions in the ONNX graph, where some are left free. */
  readonly inputDimensions: readonly Dimension[]
  readonly outputs: readonly GraphOutput[]
}

export interface GraphOutput {
  /** A node of the TensorFlow graph. */
  readonly node: string
  readonly name: string
  /** The order of TensorFlow's axes in the ONNX output. */
  readonly storedAxes: readonly number[]
  readonly dimensions: readonly Dimension[]
}

/**
 * Adds what a TensorFlow.js graph computes between a cut's input and outputs to an ONNX graph.
 * @throws AppError `detector.graph-unsupported`, naming the node
 */
export function convertGraph(graph: GraphBuilder, model: TfGraphModel, cut: GraphCut): void {
  const { node, name, shape } = cut.input
  const input = graph.input(name, 'float32', cut.inputDimensions)
  const values = new Map<string, LazyValue>([
    [node, { kind: 'tensor', name: input, shape, storedAxes: asStored(shape.length), padding: null }],
  ])
  const biased = biasedConvolutions(model)
  for (const output of cut.outputs) {
    const value = evaluate(graph, model, biased, values, output.node)
    if (value.kind !== 'tensor' || value.shape.length !== output.storedAxes.length) {
      throw unsupported({ name: output.node, operator: 'output' }, `it has no ${output.storedAxes.length} axes`)
    }
    const stored = storedIn(graph, value, output.storedAxes)
    graph.output(stored.name, output.name, 'float32', output.dimensions)
  }
}

/** A constant added to all channels of a convolution that nothing else reads: the convolution's bias. */
interface BiasedConvolution {
  readonly convolution: TfNode
  readonly bias: string
}

function biasedConvolutions({ nodes, weights }: TfGraphModel): ReadonlyMap<string, BiasedConvolution> {
  const readers = new Map<string, number>()
  for (const { inputs } of nodes.values()) for (const name of inputs) readers.set(name, (readers.get(name) ?? 0) + 1)
  const found = new Map<string, BiasedConvolution>()
  for (const { name, operator, inputs } of nodes.values()) {
    const [source, bias] = inputs
    const from = source === undefined ? undefined : nodes.get(source)
    const isSum = operator === 'Add' || operator === 'AddV2'
    if (!isSum || from?.operator !== 'Conv2D' || bias === undefined || readers.get(from.name) !== 1) continue
    const filters = weights.get(from.inputs[1] ?? '')?.shape[3]
    if (filters !== undefined && weights.get(bias)?.shape.join() === String(filters)) {
      found.set(name, { convolution: from, bias })
    }
  }
  return found
}

/** The value of a node, what it depends on first; without recursion, since graphs are deep. */
function evaluate(
  graph: GraphBuilder,
  model: TfGraphModel,
  biased: ReadonlyMap<string, BiasedConvolution>,
  values: Map<string, LazyValue>,
  wanted: string,
): LazyValue {
  const open = new Set<string>()
  const stack = [wanted]
  while (stack.length > 0) {
    const name = stack.at(-1)!
    const weight = model.weights.get(name)
    if (values.has(name) || weight) {
      if (!values.has(name) && weight) values.set(name, { kind: 'constant', tensor: weight })
      open.delete(name)
      stack.pop()
      continue
    }
    const node = model.nodes.get(name)
    if (!node) throw unsupported({ name, operator: 'node' }, 'it is not in the graph')
    const { convolution: source, bias } = biased.get(name) ?? { convolution: node, bias: null }
    const missing = [...source.inputs, ...(bias === null ? [] : [bias])].filter((input) => !values.has(input))
    if (missing.length > 0) {
      if (open.has(name)) throw unsupported(node, 'it depends on itself')
      open.add(name)
      stack.push(...missing)
      continue
    }
    const view = { node: source, inputs: source.inputs.map((input) => values.get(input)!) }
    const convert = conversions.get(source.operator)
    if (!convert) throw unsupported(source, 'the operator is not known')
    values.set(name, bias === null ? convert(graph, view) : convolution(graph, view, bias, values.get(bias)))
  }
  return values.get(wanted)!
}
