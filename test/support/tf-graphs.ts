import { encodeModel, writtenIrVersion, writtenOperatorSet } from '#main/codecs/onnx/encode-model.ts'
import type { TfAttribute, TfGraphModel, TfNode, TfTensor } from '#main/codecs/tfjs/graph-model.ts'
import { openSession } from '#main/compute/sessions/model-session.ts'
import { loadRuntime } from '#main/compute/sessions/runtime.ts'
import { float32Tensor } from '#main/compute/sessions/tensor.ts'
import { convertGraph } from '#main/onnx/detectors/nanodet/convert-graph.ts'
import { GraphBuilder } from '#main/onnx/graph-builder.ts'

export const text = (value: string): TfAttribute => ({ kind: 'text', value })
export const numbers = (...value: number[]): TfAttribute => ({ kind: 'integers', value })

export const node = (
  name: string,
  operator: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, TfAttribute>> = {},
): TfNode => ({ name, operator, inputs, attributes: new Map(Object.entries(attributes)) })

export const floats = (shape: readonly number[], values: readonly number[]): TfTensor => ({
  shape,
  values: Float32Array.from(values),
})
export const whole = (shape: readonly number[], values: readonly number[]): TfTensor => ({
  shape,
  values: Int32Array.from(values),
})

/** Values that differ everywhere and have no pattern that a wrong order of axes would keep. */
export const ramp = (count: number, step = 0.37): number[] =>
  Array.from({ length: count }, (_, index) => Math.sin(step * (index + 1)) * 3)

export const graphModel = (
  nodes: readonly TfNode[],
  weights: Readonly<Record<string, TfTensor>> = {},
): TfGraphModel => ({
  nodes: new Map(nodes.map((one) => [one.name, one])),
  weights: new Map(Object.entries(weights)),
})

/** The node `out` of a graph with the input `in`, converted. */
export function converted(model: TfGraphModel, shape: readonly number[], storedAxes: readonly number[]) {
  const graph = new GraphBuilder('test')
  const free = shape.map((_, axis) => `d${axis}`)
  convertGraph(graph, model, {
    input: { node: 'in', name: 'x', shape },
    inputDimensions: shape.map((size, axis) => (axis === 0 ? 'n' : size)),
    outputs: [{ node: 'out', name: 'y', storedAxes, dimensions: free }],
  })
  return graph.build()
}

/** What the converted graph answers to an input. */
export async function runConverted(
  model: TfGraphModel,
  shape: readonly number[],
  values: readonly number[],
  storedAxes: readonly number[] = shape.map((_, axis) => axis),
): Promise<{ readonly dimensions: readonly number[]; readonly values: readonly number[] }> {
  const bytes = encodeModel({
    irVersion: writtenIrVersion,
    operatorSets: new Map([['', writtenOperatorSet]]),
    producerName: 'test',
    producerVersion: '0',
    metadata: new Map(),
    graph: converted(model, shape, storedAxes),
  })
  const session = await openSession(await loadRuntime(), bytes, { provider: 'cpu', onlyProvider: false })
  try {
    const answer = (await session.run({ x: float32Tensor(Float32Array.from(values), shape) })).get('y')!
    return { dimensions: answer.dimensions, values: [...(answer.data as Float32Array)] }
  } finally {
    await session.release()
  }
}
