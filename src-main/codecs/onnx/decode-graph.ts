import type { DecodeBudget } from './decode-budget.ts'
import { decodeTensor, elementTypeFrom, sizeFrom } from './decode-tensor.ts'
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts'
import { bytesOf, fixedBytesOf, protobufFields, signedOf, varintsOf } from './protobuf-reader.ts'

/** A GraphProto; sparse initializers, inner value types and quantisation notes are skipped. */
export function decodeGraph(bytes: Uint8Array, budget: DecodeBudget): OnnxGraph {
  budget.message()
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const inputs: OnnxValueInfo[] = []
  const outputs: OnnxValueInfo[] = []
  let name = ''
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) nodes.push(decodeNode(bytesOf(field), budget))
    else if (field.number === 2) name = budget.text(bytesOf(field))
    else if (field.number === 5) initializers.push(decodeTensor(bytesOf(field), budget))
    else if (field.number === 11) inputs.push(decodeValueInfo(bytesOf(field), budget))
    else if (field.number === 12) outputs.push(decodeValueInfo(bytesOf(field), budget))
  }
  return { name, nodes, initializers, inputs, outputs }
}

function decodeNode(bytes: Uint8Array, budget: DecodeBudget): OnnxNode {
  budget.message()
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, OnnxAttribute>()
  const text = { name: '', operator: '', domain: '' }
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) inputs.push(budget.text(bytesOf(field)))
    else if (field.number === 2) outputs.push(budget.text(bytesOf(field)))
    else if (field.number === 3) text.name = budget.text(bytesOf(field))
    else if (field.number === 4) text.operator = budget.text(bytesOf(field))
    else if (field.number === 5) attributes.set(...decodeAttribute(bytesOf(field), budget))
    else if (field.number === 7) text.domain = budget.text(bytesOf(field))
  }
  return { ...text, inputs, outputs, attributes }
}

/** Values of every kind that an AttributeProto may hold; its type says which of them counts. */
interface AttributeParts {
  float: number
  int: bigint
  string: Uint8Array
  tensor: OnnxTensor | null
  graph: OnnxGraph | null
  readonly floats: number[]
  readonly ints: bigint[]
  readonly strings: Uint8Array[]
  readonly tensors: OnnxTensor[]
  readonly graphs: OnnxGraph[]
}

function decodeAttribute(bytes: Uint8Array, budget: DecodeBudget): [name: string, attribute: OnnxAttribute] {
  budget.message()
  const parts: AttributeParts = {
    float: 0,
    int: 0n,
    string: new Uint8Array(0),
    tensor: null,
    graph: null,
    floats: [],
    ints: [],
    strings: [],
    tensors: [],
    graphs: [],
  }
  let name = ''
  let code = 0
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) name = budget.text(bytesOf(field))
    else if (field.number === 20) code = Number(signedOf(field))
    else if (field.number === 2) parts.float = floatsIn(fixedBytesOf(field, 4))[0] ?? 0
    else if (field.number === 3) parts.int = signedOf(field)
    else if (field.number === 4) parts.string = bytesOf(field)
    else if (field.number === 5) parts.tensor = decodeTensor(bytesOf(field), budget)
    else if (field.number === 6) parts.graph = decodeGraph(bytesOf(field), budget.nested())
    else if (field.number === 7) {
      for (const value of floatsIn(fixedBytesOf(field, 4))) {
        budget.message()
        parts.floats.push(value)
      }
    } else if (field.number === 8) {
      for (const value of varintsOf(field)) {
        budget.message()
        parts.ints.push(BigInt.asIntN(64, value))
      }
    } else if (field.number === 9) {
      budget.message()
      parts.strings.push(bytesOf(field))
    } else if (field.number === 10) parts.tensors.push(decodeTensor(bytesOf(field), budget))
    else if (field.number === 11) parts.graphs.push(decodeGraph(bytesOf(field), budget.nested()))
  }
  return [name, attributeOf(parts, code)]
}

function attributeOf(parts: AttributeParts, code: number): OnnxAttribute {
  if (code === 1) return { kind: 'float', value: parts.float }
  if (code === 2) return { kind: 'int', value: parts.int }
  if (code === 3) return { kind: 'string', value: parts.string }
  if (code === 4 && parts.tensor !== null) return { kind: 'tensor', value: parts.tensor }
  if (code === 5 && parts.graph !== null) return { kind: 'graph', value: parts.graph }
  if (code === 6) return { kind: 'floats', value: parts.floats }
  if (code === 7) return { kind: 'ints', value: parts.ints }
  if (code === 8) return { kind: 'strings', value: parts.strings }
  if (code === 9) return { kind: 'tensors', value: parts.tensors }
  if (code === 10) return { kind: 'graphs', value: parts.graphs }
  return { kind: 'other', code }
}

function floatsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true))
}

/** A ValueInfoProto; a type that is not a tensor's leaves element type and shape unknown. */
function decodeValueInfo(bytes: Uint8Array, budget: DecodeBudget): OnnxValueInfo {
  budget.message()
  let name = ''
  let type: Pick<OnnxValueInfo, 'elementType' | 'dimensions'> = { elementType: null, dimensions: null }
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) name = budget.text(bytesOf(field))
    else if (field.number === 2) {
      for (const inner of protobufFields(bytesOf(field))) {
        if (inner.number === 1) type = decodeTensorType(bytesOf(inner), budget)
      }
    }
  }
  return { name, ...type }
}

function decodeTensorType(bytes: Uint8Array, budget: DecodeBudget): Pick<OnnxValueInfo, 'elementType' | 'dimensions'> {
  let code = 0
  let dimensions: (number | string | null)[] | null = null
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) code = Number(signedOf(field))
    else if (field.number === 2) {
      dimensions = []
      for (const dimension of protobufFields(bytesOf(field))) {
        if (dimension.number === 1) dimensions.push(decodeDimension(bytesOf(dimension), budget))
      }
    }
  }
  return { elementType: code === 0 ? null : elementTypeFrom(code), dimensions }
}

function decodeDimension(bytes: Uint8Array, budget: DecodeBudget): number | string | null {
  budget.message()
  let size: number | string | null = null
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) size = dynamicSize(signedOf(field))
    else if (field.number === 2) size = budget.text(bytesOf(field))
  }
  return size
}

/** Some exporters write −1 for a size known only when the model runs. */
const dynamicSize = (value: bigint): number | null => (value < 0n ? null : sizeFrom(value))
