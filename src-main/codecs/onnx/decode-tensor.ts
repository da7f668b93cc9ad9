import type { DecodeBudget } from './decode-budget.ts'
import { decodePair } from './decode-pair.ts'
import { elementTypeOfCode, rawByteLength } from './element-types.ts'
import type { OnnxElementType, OnnxTensor, OnnxTensorData } from './model.ts'
import { bytesOf, fixedBytesOf, protobufFields, ProtobufError, signedOf, varintsOf } from './protobuf-reader.ts'
import type { ProtobufField } from './protobuf-reader.ts'

/** The parts of a TensorProto as they come in. */
interface Parts {
  name: string
  code: number
  readonly dimensions: number[]
  raw: Uint8Array | null
  readonly typed: ProtobufField[]
  readonly strings: Uint8Array[]
  readonly external: Map<string, string>
  isExternal: boolean
}

export function elementTypeFrom(code: number): OnnxElementType {
  const elementType = elementTypeOfCode(code)
  if (elementType === null) throw new ProtobufError(`it uses the unknown element type ${code}`)
  return elementType
}

/** A size that JavaScript can count with. */
export function sizeFrom(value: bigint): number {
  const size = BigInt.asIntN(64, value)
  if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProtobufError(`a tensor has the size ${size}`)
  return Number(size)
}

/** Elements of a shape. */
function countOf(dimensions: readonly number[]): number {
  const count = dimensions.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(count))
    throw new ProtobufError(`a tensor has the impossible shape ${dimensions.join(' × ')}`)
  return count
}

/** A TensorProto. Values in typed fields are packed into raw little-endian bytes, so that readers meet one form. */
export function decodeTensor(bytes: Uint8Array, budget: DecodeBudget): OnnxTensor {
  budget.message()
  const parts = collect(bytes, budget)
  const elementType = elementTypeFrom(parts.code)
  const data = dataOf(parts, elementType, countOf(parts.dimensions))
  return { name: parts.name, elementType, dimensions: parts.dimensions, data }
}

function collect(bytes: Uint8Array, budget: DecodeBudget): Parts {
  const parts: Parts = {
    name: '',
    code: 0,
    dimensions: [],
    raw: null,
    typed: [],
    strings: [],
    external: new Map(),
    isExternal: false,
  }
  for (const field of protobufFields(bytes)) {
    if (field.number === 1) {
      for (const value of varintsOf(field)) {
        budget.message()
        parts.dimensions.push(sizeFrom(value))
      }
    } else if (field.number === 2) parts.code = Number(signedOf(field))
    else if ([4, 5, 7, 10, 11].includes(field.number)) {
      budget.message()
      parts.typed.push(field)
    } else if (field.number === 6) {
      budget.message()
      parts.strings.push(bytesOf(field))
    } else if (field.number === 8) parts.name = budget.text(bytesOf(field))
    else if (field.number === 9) parts.raw = bytesOf(field)
    else if (field.number === 13) parts.external.set(...decodePair(bytesOf(field), budget))
    else if (field.number === 14) parts.isExternal = signedOf(field) === 1n
  }
  return parts
}

function dataOf(parts: Parts, elementType: OnnxElementType, count: number): OnnxTensorData {
  if (parts.isExternal) return externalData(parts)
  if (elementType === 'string') {
    if (parts.strings.length !== count) throw mismatch(parts, `${parts.strings.length} strings`)
    return { kind: 'strings', strings: parts.strings }
  }
  const byteLength = rawByteLength(elementType, count)!
  const bytes = parts.raw ?? packTyped(parts, elementType, count)
  if (bytes.byteLength !== byteLength) throw mismatch(parts, `${bytes.byteLength} bytes where ${byteLength} belong`)
  return { kind: 'bytes', bytes }
}

const mismatch = (parts: Parts, found: string): ProtobufError =>
  new ProtobufError(
    `the tensor ${parts.name || 'without a name'} of ${parts.dimensions.join(' × ') || 'one value'} has ${found}`,
  )

function externalData(parts: Parts): OnnxTensorData {
  const location = parts.external.get('location')
  if (location === undefined) throw new ProtobufError(`the tensor ${parts.name} lies in another file that is not named`)
  const number = (key: string): number | null => {
    const text = parts.external.get(key)
    if (text === undefined) return null
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
    if (value < 0)
      throw new ProtobufError(`the tensor ${parts.name} lies at ${key} ${text.slice(0, 40)} of another file`)
    return value
  }
  return { kind: 'external', location, offset: number('offset') ?? 0, length: number('length') }
}

/** Bytes per element of int32_data and uint64_data by the tensor's own type. */
const integerWidths: Readonly<Partial<Record<OnnxElementType, number>>> = {
  uint8: 1,
  int8: 1,
  bool: 1,
  float8e4m3fn: 1,
  float8e4m3fnuz: 1,
  float8e5m2: 1,
  float8e5m2fnuz: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
}

/** float_data and double_data as they are; int32_data, int64_data and uint64_data narrowed to the tensor's own type. */
function packTyped(parts: Parts, elementType: OnnxElementType, count: number): Uint8Array {
  const floats = { float32: 4, complex64: 4, float64: 8, complex128: 8 } as const
  if (elementType in floats) {
    const width = floats[elementType as keyof typeof floats]
    return join(parts.typed.map((field) => fixedBytesOf(field, width)))
  }
  const width = integerWidths[elementType] ?? 1
  // Each packed value takes at least a byte, so a false shape cannot ask for more memory than eight times the file.
  const available = parts.typed.reduce((sum, field) => sum + (field.kind === 'bytes' ? field.bytes.byteLength : 1), 0)
  const values = Math.min(available, elementType.endsWith('4') && width === 1 ? Math.ceil(count / 2) : count)
  const view = new DataView(new ArrayBuffer(values * width))
  let position = 0
  for (const field of parts.typed) {
    for (const value of varintsOf(field)) {
      if (position === values) throw mismatch(parts, `more than ${values} values`)
      writeInteger(view, position * width, width, value)
      position += 1
    }
  }
  return new Uint8Array(view.buffer, 0, position * width)
}

function writeInteger(view: DataView, offset: number, width: number, value: bigint): void {
  if (width === 8) view.setBigUint64(offset, value, true)
  else if (width === 4) view.setUint32(offset, Number(value & 0xffff_ffffn), true)
  else if (width === 2) view.setUint16(offset, Number(value & 0xffffn), true)
  else view.setUint8(offset, Number(value & 0xffn))
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole
}
