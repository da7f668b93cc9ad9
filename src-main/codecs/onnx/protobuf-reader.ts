/** One field of a message as it lies on the wire. */
export type ProtobufField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed32' | 'fixed64' | 'bytes'; readonly bytes: Uint8Array }

/** Why bytes are not protobuf; the caller adds the file's name. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** Varints above this many bytes cannot be 64 bits. */
const longestVarint = 10

/** Reads varints from `bytes`; returns the value and the position after it. */
function readVarint(bytes: Uint8Array, start: number): readonly [value: bigint, next: number] {
  let small = 0
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) throw new ProtobufError('a number is cut off')
    small |= (byte & 127) << (7 * index)
    if (byte < 128) return [BigInt(small), start + index + 1]
  }
  let value = BigInt(small)
  for (let index = 4; index < longestVarint; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) throw new ProtobufError('a number is cut off')
    value |= BigInt(byte & 127) << BigInt(7 * index)
    if (byte < 128) return [BigInt.asUintN(64, value), start + index + 1]
  }
  throw new ProtobufError('a number is longer than 64 bits')
}

function take(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (length > bytes.byteLength - start) {
    throw new ProtobufError(
      `a field of ${length} bytes runs past its message, which has ${bytes.byteLength - start} left`,
    )
  }
  return bytes.subarray(start, start + length)
}

/** The fields of one message in order, without copies. Groups, which no ONNX file has, are refused. */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let position = 0
  while (position < bytes.byteLength) {
    const [tag, afterTag] = readVarint(bytes, position)
    const number = Number(tag >> 3n)
    const wireType = Number(tag & 7n)
    if (number === 0 || number >= 2 ** 29) throw new ProtobufError(`there is no field number ${number}`)
    if (wireType === 0) {
      const [value, next] = readVarint(bytes, afterTag)
      position = next
      yield { number, kind: 'varint', value }
    } else if (wireType === 1 || wireType === 5) {
      const length = wireType === 1 ? 8 : 4
      position = afterTag + length
      yield { number, kind: wireType === 1 ? 'fixed64' : 'fixed32', bytes: take(bytes, afterTag, length) }
    } else if (wireType === 2) {
      const [length, start] = readVarint(bytes, afterTag)
      const content = take(bytes, start, Number(length))
      position = start + content.byteLength
      yield { number, kind: 'bytes', bytes: content }
    } else throw new ProtobufError(`field ${number} is of the unknown kind ${wireType}`)
  }
}

/** The varints packed in a byte string, or the one varint of a field that is not packed. */
export function* varintsOf(field: ProtobufField): Generator<bigint> {
  if (field.kind === 'varint') {
    yield field.value
    return
  }
  if (field.kind !== 'bytes') throw new ProtobufError(`field ${field.number} is not of whole numbers`)
  let position = 0
  while (position < field.bytes.byteLength) {
    const [value, next] = readVarint(field.bytes, position)
    position = next
    yield value
  }
}

/** The little-endian bytes of fixed-width numbers, packed or one by one. */
export function fixedBytesOf(field: ProtobufField, width: 4 | 8): Uint8Array {
  const matches = field.kind === 'bytes' || field.kind === (width === 4 ? 'fixed32' : 'fixed64')
  if (!matches || field.bytes.byteLength % width !== 0) {
    throw new ProtobufError(`field ${field.number} is not of ${width}-byte numbers`)
  }
  return field.bytes
}

/** The bytes of a string, bytes or message field. */
export function bytesOf(field: ProtobufField): Uint8Array {
  if (field.kind === 'bytes') return field.bytes
  throw new ProtobufError(`field ${field.number} is a number where text or a message belongs`)
}

/** The number of an int64, int32 or enum field; protobuf's two's complement made signed. */
export function signedOf(field: ProtobufField): bigint {
  if (field.kind === 'varint') return BigInt.asIntN(64, field.value)
  throw new ProtobufError(`field ${field.number} is not a whole number`)
}
