import { elementTypeCode } from '#main/codecs/onnx/element-types.ts'
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '#main/codecs/onnx/model.ts'

const code = (elementType: 'float32' | 'float16'): OnnxAttribute => ({
  kind: 'int',
  value: BigInt(elementTypeCode(elementType)),
})

const castNode = (input: string, output: string, elementType: 'float32' | 'float16'): OnnxNode => ({
  name: `${output}/cast`,
  domain: '',
  operator: 'Cast',
  inputs: [input],
  outputs: [output],
  attributes: new Map([['to', code(elementType)]]),
})

const isCastToFloat32 = ({ operator, attributes }: OnnxNode): boolean => {
  const to = attributes.get('to')
  return operator === 'Cast' && to?.kind === 'int' && Number(to.value) === elementTypeCode('float32')
}

/**
 * The same graph computing in float16 between its inputs and outputs, which keep their types. Weights stay where they are: each is
 * cast, which ONNX Runtime does once when it loads the graph. For graphs without operators whose parameters must be float32
 * (Resize, BatchNormalization in training).
 */
export function inHalfPrecision(graph: OnnxGraph): OnnxGraph {
  const float32 = new Set(
    [...graph.initializers, ...graph.inputs].flatMap((value) => (value.elementType === 'float32' ? [value.name] : [])),
  )
  const outputs = new Set(graph.outputs.flatMap(({ name, elementType }) => (elementType === 'float32' ? [name] : [])))
  const half = (name: string): string => (float32.has(name) || outputs.has(name) ? `${name}/half` : name)
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(half),
    outputs: node.outputs.map(half),
    attributes: isCastToFloat32(node) ? new Map([['to', code('float16')]]) : node.attributes,
  }))
  return {
    ...graph,
    nodes: [
      ...[...float32].map((name) => castNode(name, half(name), 'float16')),
      ...nodes,
      ...[...outputs].map((name) => castNode(half(name), name, 'float32')),
    ],
  }
}
