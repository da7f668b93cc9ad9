import { elementTypeCode } from './element-types.ts'
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

/** The operator set and file version that Lectern writes; ONNX Runtime 1.13 and newer reads them. */
export const writtenOperatorSet = 17
export const writtenIrVersion = 8

/** An ONNX model as the bytes of a `.onnx` file (ModelProto of onnx.proto3). */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  writer.integer(1, model.irVersion).string(2, model.producerName).string(3, model.producerVersion)
  writer.message(7, encodeGraph(model.graph))
  for (const [domain, version] of model.operatorSets) {
    writer.message(8, new ProtobufWriter().string(1, domain).integer(2, version))
  }
  for (const [key, value] of model.metadata) writer.message(14, new ProtobufWriter().string(1, key).string(2, value))
  return writer.finish()
}

function encodeGraph(graph: OnnxGraph): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const node of graph.nodes) writer.message(1, encodeNode(node))
  writer.string(2, graph.name)
  for (const tensor of graph.initializers) writer.message(5, encodeTensor(tensor))
  for (const value of graph.inputs) writer.message(11, encodeValueInfo(value))
  for (const value of graph.outputs) writer.message(12, encodeValueInfo(value))
  return writer
}

function encodeNode(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const input of node.inputs) writer.string(1, input)
  for (const output of node.outputs) writer.string(2, output)
  writer.string(3, node.name).string(4, node.operator)
  for (const [name, attribute] of node.attributes) writer.message(5, encodeAttribute(name, attribute))
  if (node.domain !== '') writer.string(7, node.domain)
  return writer
}

function encodeAttribute(name: string, attribute: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name)
  switch (attribute.kind) {
    case 'float':
      return writer.float(2, attribute.value).integer(20, 1)
    case 'int':
      return writer.integer(3, attribute.value).integer(20, 2)
    case 'string':
      return writer.bytes(4, attribute.value).integer(20, 3)
    case 'tensor':
      return writer.message(5, encodeTensor(attribute.value)).integer(20, 4)
    case 'graph':
      return writer.message(6, encodeGraph(attribute.value)).integer(20, 5)
    case 'floats':
      for (const value of attribute.value) writer.float(7, value)
      return writer.integer(20, 6)
    case 'ints':
      for (const value of attribute.value) writer.integer(8, value)
      return writer.integer(20, 7)
    case 'strings':
      for (const value of attribute.value) writer.bytes(9, value)
      return writer.integer(20, 8)
    case 'tensors':
      for (const value of attribute.value) writer.message(10, encodeTensor(value))
      return writer.integer(20, 9)
    case 'graphs':
      for (const value of attribute.value) writer.message(11, encodeGraph(value))
      return writer.integer(20, 10)
    case 'other':
      throw new TypeError(`attribute ${name} is of a kind (${attribute.code}) that is read but never written`)
  }
}

function encodeTensor(tensor: OnnxTensor): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const size of tensor.dimensions) writer.integer(1, size)
  writer.integer(2, elementTypeCode(tensor.elementType))
  if (tensor.data.kind === 'strings') for (const value of tensor.data.strings) writer.bytes(6, value)
  writer.string(8, tensor.name)
  if (tensor.data.kind === 'bytes') writer.bytes(9, tensor.data.bytes)
  if (tensor.data.kind === 'external') {
    const { location, offset, length } = tensor.data
    const entries = { location, offset: String(offset), ...(length === null ? {} : { length: String(length) }) }
    for (const [key, value] of Object.entries(entries)) {
      writer.message(13, new ProtobufWriter().string(1, key).string(2, value))
    }
    writer.integer(14, 1)
  }
  return writer
}

function encodeValueInfo(value: OnnxValueInfo): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, value.name)
  if (value.elementType === null) return writer
  const tensorType = new ProtobufWriter().integer(1, elementTypeCode(value.elementType))
  if (value.dimensions !== null) {
    const shape = new ProtobufWriter()
    for (const size of value.dimensions) {
      const dimension = new ProtobufWriter()
      if (typeof size === 'number') dimension.integer(1, size)
      if (typeof size === 'string') dimension.string(2, size)
      shape.message(1, dimension)
    }
    tensorType.message(2, shape)
  }
  return writer.message(2, new ProtobufWriter().message(1, tensorType))
}
