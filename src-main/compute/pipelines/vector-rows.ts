import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { elementBytes, viewElements } from '#main/codecs/elements/element-type.ts'
import type { ElementType } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { isElementType, parseDtype } from '#main/codecs/pickle/numpy-dtype.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { VectorFile, VectorRows } from '../protocol.ts'

export interface VectorReader {
  /** Vectors of the students at positions first to end (exclusive), as float32 [end − first, width], as they are stored. */
  read(first: number, end: number): Float32Array
  close(): void
}

/** Rows apart that are still read in one go: reading a few unwanted vectors is cheaper than another system call. */
const gapRows = 8
/** Bytes of one read at most. */
const spanBytes = 8 * 2 ** 20

/**
 * Opens contiguous files of vectors (little-endian, any numeric dtype) and reads rows from them by position, never a whole
 * file. Throws AppError `features.unreadable`, `features.dtype-unsupported`; reading throws `features.row-missing`.
 */
export function openVectors(vectors: VectorRows): VectorReader {
  const files: OpenFile[] = []
  const close = (): void => {
    for (const { descriptor } of files) closeSync(descriptor)
  }
  try {
    for (const file of vectors.files) files.push(openFile(file, vectors))
  } catch (error) {
    close()
    throw error
  }
  return {
    read: (first, end) => {
      const target = new Float32Array((end - first) * vectors.width)
      for (const span of spansOf(vectors, files, first, end)) {
        if (span.lastRow >= span.file.rowCount) throw rowMissing(vectors, span.file, span.lastRow, span.file.rowCount)
        copyRows(readSpan(vectors, span), span, vectors, first, target)
      }
      return target
    },
    close,
  }
}

interface OpenFile {
  readonly path: string
  readonly descriptor: number
  readonly type: ElementType
  readonly rowBytes: number
  readonly rowCount: number
}

/** Positions `from` to `to` (exclusive) whose rows lie between `firstRow` and `lastRow` (inclusive) of one file. */
interface Span {
  readonly file: OpenFile
  readonly from: number
  readonly to: number
  readonly firstRow: number
  readonly lastRow: number
}

function* spansOf(
  { rows, fileOf }: VectorRows,
  files: readonly OpenFile[],
  first: number,
  end: number,
): Generator<Span> {
  let from = first
  while (from < end) {
    const fileIndex = fileOf?.[from] ?? 0
    const file = files[fileIndex]!
    const longest = Math.max(1, Math.floor(spanBytes / file.rowBytes))
    const firstRow = rows[from]!
    let to = from + 1
    while (
      to < end &&
      (fileOf?.[to] ?? 0) === fileIndex &&
      rows[to]! > rows[to - 1]! &&
      rows[to]! - rows[to - 1]! <= gapRows &&
      rows[to]! - firstRow < longest
    ) {
      to += 1
    }
    yield { file, from, to, firstRow, lastRow: rows[to - 1]! }
    from = to
  }
}

function readSpan(vectors: VectorRows, { file, firstRow, lastRow }: Span): Float32Array {
  const { descriptor, type, rowBytes } = file
  const bytes = new Uint8Array((lastRow - firstRow + 1) * rowBytes)
  let done = 0
  while (done < bytes.byteLength) {
    const got = readSync(descriptor, bytes, done, bytes.byteLength - done, firstRow * rowBytes + done)
    if (got === 0) throw rowMissing(vectors, file, lastRow, firstRow + Math.floor(done / rowBytes))
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

function openFile({ file, dtype }: VectorFile, { name, width }: VectorRows): OpenFile {
  const type = elementType(dtype, name, file)
  const rowBytes = width * elementBytes(type)
  try {
    const descriptor = openSync(file, 'r')
    return { path: file, descriptor, type, rowBytes, rowCount: Math.floor(fstatSync(descriptor).size / rowBytes) }
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

function elementType(dtype: string, name: string, file: string): ElementType {
  const type = parseDtype(dtype)?.type
  if (type !== undefined && isElementType(type)) return type
  throw new AppError(
    'features.dtype-unsupported',
    `${file}: the vectors of modality "${name}" have dtype "${dtype}", which is not a number type. Import the features again.`,
    { file, modality: name, dtype },
  )
}

function rowMissing({ name }: VectorRows, { path }: OpenFile, row: number, rowCount: number): AppError {
  return new AppError(
    'features.row-missing',
    `${path}: row ${row} of modality "${name}" was asked for, but the file has ${rowCount} rows. Import the features again.`,
    { file: path, modality: name, row, rows: rowCount },
  )
}
