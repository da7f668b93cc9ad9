import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { viewElements } from '#main/codecs/elements/element-type.ts'
import type { ElementType } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { isElementType } from '#main/codecs/pickle/numpy-dtype.ts'
import { writeFailure } from '../files.ts'
import type { VectorRows } from './vector-rows.ts'

/** About 4 MiB at a time: long enough for the disk, short enough to cancel between two. */
const blockBytes = 2 ** 22

export interface VectorFile {
  readonly sha256: string
  /** Rows that hold NaN or an infinity, ascending. */
  readonly notFiniteRows: readonly number[]
}

/** Rows of a block with a value that is not finite: x · 0 is 0 for every finite x and NaN for all others. */
function findNotFinite(type: ElementType, block: Uint8Array, width: number, firstRow: number): number[] {
  if (!type.startsWith('float')) return []
  const elements = viewElements(type, block)
  const values = elements instanceof Float64Array ? elements : elementsToFloat32(type, elements)
  const found: number[] = []
  for (let start = 0; start < values.length; start += width) {
    let sum = 0
    for (let index = start; index < start + width; index += 1) sum += values[index]! * 0
    if (sum !== 0) found.push(firstRow + start / width)
  }
  return found
}

/**
 * Writes vectors to `file`, contiguous, C order, little-endian, in the source's dtype, and yields how many rows are done.
 * Throws `import.write-failed` where the disk does not take them; stops with the signal's reason.
 */
export async function* writeVectorFile(
  vectors: VectorRows,
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<number, VectorFile> {
  const hash = createHash('sha256')
  const notFiniteRows: number[] = []
  const rowsPerBlock = Math.max(1, Math.floor(blockBytes / (vectors.width * vectors.dtype.itemBytes)))
  const type = vectors.dtype.type
  try {
    await using handle = await open(file, 'w')
    for (let first = 0; first < vectors.rows; first += rowsPerBlock) {
      signal?.throwIfAborted()
      const count = Math.min(rowsPerBlock, vectors.rows - first)
      const block = vectors.block(first, count)
      hash.update(block)
      if (isElementType(type)) notFiniteRows.push(...findNotFinite(type, block, vectors.width, first))
      await handle.writeFile(block)
      yield first + count
    }
  } catch (error) {
    throw writeFailure('import.write-failed', file, error)
  }
  return { sha256: hash.digest('hex'), notFiniteRows }
}
