import type { ByteSource } from '../bytes/byte-source.ts'
import { elementBytes, viewElements } from '../elements/element-type.ts'
import type { ElementType } from '../elements/element-type.ts'
import { elementCount } from '../elements/row-major.ts'
import { elementsToFloat32 } from '../elements/to-float.ts'
import { safetensorsError } from './safetensors-error.ts'

/** A tensor of a safetensors file: little-endian, row-major, read when it is asked for. */
export interface StoredTensor {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  readonly offset: number
  readonly length: number
  readonly toFloat32: () => Float32Array
}

const lengthBytes = 8
/** The format's own bound. */
const longestHeaderBytes = 100_000_000

const elementTypes: ReadonlyMap<unknown, ElementType> = new Map([
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
])

const copyAgain = 'the file is damaged or was cut short; copy or download it again'

/** Whether a file starts as safetensors do: the length of a header, which is a JSON object. */
export function looksLikeSafetensors(source: ByteSource): boolean {
  if (source.size < lengthBytes + 2) return false
  const start = source.read(0, lengthBytes + 1)
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true)
  return start[lengthBytes] === 0x7b && length <= BigInt(longestHeaderBytes)
}

/**
 * The tensors of a safetensors file by name, in the file's order. Only the header is read; it is not trusted: every tensor
 * must lie inside the file, be as long as its shape says, and the tensors must fill the file without overlap, as the format
 * demands.
 *
 * @throws AppError `safetensors.truncated`, `safetensors.malformed`, `safetensors.dtype-unsupported`
 */
export function readSafetensors(source: ByteSource, { file }: { readonly file: string }): Map<string, StoredTensor> {
  const { header, end } = readHeader(source, file)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, parseTensor(source, { name, entry, dataStart: end, file }))
  }
  checkLayout([...tensors.values()], end, source.size, file)
  return tensors
}

function readHeader(source: ByteSource, file: string): { header: Readonly<Record<string, unknown>>; end: number } {
  if (source.size < lengthBytes) throw safetensorsError(file, 'truncated', copyAgain)
  const start = source.read(0, lengthBytes)
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true)
  if (length > BigInt(longestHeaderBytes)) {
    throw safetensorsError(file, 'malformed', `its header claims ${length} bytes; this is no safetensors file`)
  }
  const end = lengthBytes + Number(length)
  if (end > source.size) throw safetensorsError(file, 'truncated', copyAgain)
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(source.read(lengthBytes, end - lengthBytes)),
    )
    if (isRecord(header)) return { header, end }
  } catch {
    // The sentence below says it.
  }
  throw safetensorsError(file, 'malformed', 'its header is no JSON object; this is no safetensors file')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

interface HeaderEntry {
  readonly name: string
  readonly entry: unknown
  /** Where the bytes behind the header start. */
  readonly dataStart: number
  readonly file: string
}

function parseTensor(source: ByteSource, { name, entry, dataStart, file }: HeaderEntry): StoredTensor {
  const malformed = (what: string) =>
    safetensorsError(file, 'malformed', `the tensor "${name}" ${what}; ${copyAgain}`, { tensor: name })
  if (!isRecord(entry)) throw malformed('is not described')
  const dtype = elementTypes.get(entry['dtype'])
  if (!dtype) {
    const type = String(entry['dtype']).slice(0, 20)
    throw safetensorsError(
      file,
      'dtype-unsupported',
      `the tensor "${name}" holds ${type} numbers, which are not read`,
      {
        tensor: name,
        type,
      },
    )
  }
  const [shape, offsets] = [entry['shape'], entry['data_offsets']]
  if (!Array.isArray(shape) || !shape.every(isSize)) throw malformed('has no shape')
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) throw malformed('has no place')
  const [first, last] = offsets as [number, number]
  const length = elementCount(shape) * elementBytes(dtype)
  if (last - first !== length) throw malformed(`takes ${last - first} bytes where its shape needs ${length}`)
  const offset = dataStart + first
  if (offset + length > source.size) throw safetensorsError(file, 'truncated', copyAgain, { tensor: name })
  const toFloat32 = (): Float32Array => elementsToFloat32(dtype, viewElements(dtype, source.read(offset, length)))
  return { dtype, shape, offset, length, toFloat32 }
}

function checkLayout(tensors: readonly StoredTensor[], dataStart: number, size: number, file: string): void {
  let position = dataStart
  for (const { offset, length } of [...tensors].sort(
    (one, other) => one.offset - other.offset || one.length - other.length,
  )) {
    if (offset !== position)
      throw safetensorsError(file, 'malformed', `its tensors overlap or leave gaps; ${copyAgain}`)
    position = offset + length
  }
  if (position !== size) throw safetensorsError(file, 'malformed', `it is longer than its tensors; ${copyAgain}`)
}
