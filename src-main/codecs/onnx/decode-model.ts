import { AppError } from '#shared/contract/app-error.ts'
import { DecodeBudget } from './decode-budget.ts'
import { decodeGraph } from './decode-graph.ts'
import { decodePair } from './decode-pair.ts'
import type { OnnxGraph, OnnxModel } from './model.ts'
import { bytesOf, protobufFields, ProtobufError, signedOf } from './protobuf-reader.ts'

export interface DecodeModelOptions {
  /** The file's name, for error sentences. */
  readonly file: string
  /** Messages that a file may hold, all kinds together; a network of 100,000 nodes has about a million. */
  readonly maximumMessages?: number
}

/**
 * Reads the bytes of a `.onnx` file: graph, shapes, initializers, metadata. Weights stay views of `bytes`. The file is not
 * trusted: lengths, nesting and the number of messages are bounded, and a tensor's data must fit its shape. Fields that
 * Lectern has no use for (documentation, training, what local functions do) are skipped.
 *
 * @throws AppError onnx.malformed, onnx.not-a-model
 */
export function decodeModel(bytes: Uint8Array, options: DecodeModelOptions): OnnxModel {
  // A plain view: pieces of a Node Buffer would be Buffers, whose slices behave differently.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return decode(plain, new DecodeBudget(options.maximumMessages ?? 4_000_000), options.file)
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw new AppError(
      'onnx.malformed',
      `${options.file} is not a readable ONNX model: ${error.message}. Export the model again, or copy the file again.`,
      { file: options.file, reason: error.message },
      { cause: error },
    )
  }
}

function decode(bytes: Uint8Array, budget: DecodeBudget, file: string): OnnxModel {
  const text = { producerName: '', producerVersion: '' }
  const operatorSets = new Map<string, number>()
  const metadata = new Map<string, string>()
  const localFunctions: string[] = []
  let irVersion = 0
  let graph: OnnxGraph | null = null
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) irVersion = Number(signedOf(field))
    else if (field.number === 2) text.producerName = budget.text(bytesOf(field))
    else if (field.number === 3) text.producerVersion = budget.text(bytesOf(field))
    else if (field.number === 7) graph = decodeGraph(bytesOf(field), budget.nested())
    else if (field.number === 8) {
      const [domain, version] = decodePair(bytesOf(field), budget)
      operatorSets.set(domain, Number(version))
    } else if (field.number === 14) metadata.set(...decodePair(bytesOf(field), budget))
    else if (field.number === 25) localFunctions.push(decodeFunctionName(bytesOf(field), budget))
  }
  if (graph === null) {
    throw new AppError(
      'onnx.not-a-model',
      `${file} holds no ONNX graph. Choose a .onnx file that holds a whole model.`,
      { file },
    )
  }
  return { irVersion, operatorSets, ...text, metadata, graph, ...(localFunctions.length > 0 ? { localFunctions } : {}) }
}

/** `domain::name` of a FunctionProto. */
function decodeFunctionName(bytes: Uint8Array, budget: DecodeBudget): string {
  let [name, domain] = ['', '']
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) name = budget.text(bytesOf(field))
    else if (field.number === 10) domain = budget.text(bytesOf(field))
  }
  return `${domain}::${name}`
}
