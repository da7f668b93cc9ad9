import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { elementBytes, viewElements } from '#main/codecs/elements/element-type.ts'
import type { ElementType } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { isElementType, parseDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { VectorRows } from '../protocol.ts'

export interface VectorReader {
  /** Vectors of the students at positions first to end (exclusive), as float32 [end − first, width]. */
  read(first: number, end: number): Float32Array
  close(): void
}

/** Rows apart that are still read in one go: reading a few unwanted vectors is cheaper than another system call. */
const gapRows = 8
/** Bytes of one read at most. */
const spanBytes = 8 * 2 ** 20

/** Opens a contiguous file of vectors (little-endian, any numeric dtype) and reads rows from it by position, never the whole. */
export function openVectors(vectors: VectorRows): VectorReader {
  const type = elementType(vectors)
  const descriptor = open(vectors)
  const rowBytes = vectors.width * elementBytes(type)
  const rowCount = Math.floor(fstatSync(descriptor).size / rowBytes)
  return {
    read: (first, end) => {
      const target = new Float32Array((end - first) * vectors.width)
      for (const span of spansOf(vectors.rows, first, end, Math.max(1, Math.floor(spanBytes / rowBytes)))) {
        if (span.lastRow >= rowCount) throw rowMissing(vectors, span.lastRow, rowCount)
        const values = readSpan(descriptor, vectors, type, span)
        copyRows(values, span, vectors, first, target)
      }
      assertFinite(target, vectors, first)
      return target
    },
    close: () => closeSync(descriptor),
  }
}

/** Positions `from` to `to` (exclusive) whose rows lie between `firstRow` and `lastRow` (inclusive) of the file. */
interface Span {
  readonly from: number
  readonly to: number
  readonly firstRow: number
  readonly lastRow: number
}

function* spansOf(rows: Uint32Array, first: number, end: number, longest: number): Generator<Span> {
  let from = first
  while (from < end) {
    const firstRow = rows[from]!
    let to = from + 1
    while (
      to < end &&
      rows[to]! > rows[to - 1]! &&
      rows[to]! - rows[to - 1]! <= gapRows &&
      rows[to]! - firstRow < longest
    ) {
      to += 1
    }
    yield { from, to, firstRow, lastRow: rows[to - 1]! }
    from = to
  }
}

function readSpan(descriptor: number, vectors: VectorRows, type: ElementType, span: Span): Float32Array {
  const rowBytes = vectors.width * elementBytes(type)
  const bytes = new Uint8Array((span.lastRow - span.firstRow + 1) * rowBytes)
  let done = 0
  while (done < bytes.byteLength) {
    const got = readSync(descriptor, bytes, done, bytes.byteLength - done, span.firstRow * rowBytes + done)
    if (got === 0) throw rowMissing(vectors, span.lastRow, span.firstRow + Math.floor(done / rowBytes))
    done += got
  }
  return elementsToFloat32(type, viewElements(type, bytes))
}

function copyRows(values: Float32Array, span: Span, vectors: VectorRows, first: number, target: Float32Array): void {
  const { width, rows } = vectors
  if (span.lastRow - span.firstRow === span.to - span.from - 1) {
    target.set(values, (span.from - first) * width)
    return
  }
  for (let position = span.from; position < span.to; position += 1) {
    const start = (rows[position]! - span.firstRow) * width
    target.set(values.subarray(start, start + width), (position - first) * width)
  }
}

/** One value that is no number would spread to every neighbour of its student. */
function assertFinite(values: Float32Array, { name, file, width, rows }: VectorRows, first: number): void {
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isFinite(values[index]!)) continue
    const row = rows[first + Math.floor(index / width)]!
    throw new AppError(
      'features.not-finite',
      `${file}: row ${row} of modality "${name}" holds ${values[index]!}, which no model can use. Extract this student's features again.`,
      { file, modality: name, row, column: index % width },
    )
  }
}

function elementType({ dtype, name, file }: VectorRows): ElementType {
  const type = parseDtype(dtype)?.type
  if (type !== undefined && isElementType(type)) return type
  throw new AppError(
    'features.dtype-unsupported',
    `${file}: the vectors of modality "${name}" have dtype "${dtype}", which is not a number type. Import the features again.`,
    { file, modality: name, dtype },
  )
}

function open({ file, name }: VectorRows): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'features.unreadable',
      `${file}: the vectors of modality "${name}" cannot be read (${reason}). Import the features again.`,
      { file, modality: name, reason },
      { cause: error },
    )
  }
}

function rowMissing({ file, name }: VectorRows, row: number, rowCount: number): AppError {
  return new AppError(
    'features.row-missing',
    `${file}: row ${row} of modality "${name}" was asked for, but the file has ${rowCount} rows. Import the features again.`,
    { file, modality: name, row, rows: rowCount },
  )
}
