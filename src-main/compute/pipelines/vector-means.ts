import { setImmediate } from 'node:timers/promises'
import type { Progress, VectorMean, VectorRows } from '../protocol.ts'
import { openVectors } from './vector-rows.ts'

/** Rows read at a time: some megabytes. */
const rowsAtOnce = 1024

/**
 * The mean vector of each modality over its rows, summed in float64 from a part of the file at a time. A row that holds NaN or an infinite
 * value is left out. Throws AppError `features.*`; stops between two parts when the signal aborts.
 */
export async function* vectorMeans(
  { vectors }: { readonly vectors: readonly VectorRows[] },
  signal: AbortSignal,
): AsyncGenerator<Progress<readonly VectorMean[]>> {
  const total = vectors.reduce((sum, { rows }) => sum + rows.length, 0)
  const means: VectorMean[] = []
  let done = 0
  for (const modality of vectors) {
    const sums = new Float64Array(modality.width)
    let rows = 0
    const reader = openVectors(modality)
    try {
      for (let first = 0; first < modality.rows.length; first += rowsAtOnce) {
        signal.throwIfAborted()
        const end = Math.min(first + rowsAtOnce, modality.rows.length)
        rows += addRows(sums, reader.read(first, end))
        done += end - first
        yield { kind: 'progress', done, total }
        await setImmediate()
      }
    } finally {
      reader.close()
    }
    means.push({
      modality: modality.name,
      rows,
      vector: Float32Array.from(sums, (sum) => (rows === 0 ? 0 : sum / rows)),
    })
  }
  yield { kind: 'result', result: means }
}

/** Returns how many rows were added. */
function addRows(sums: Float64Array, values: Float32Array): number {
  const width = sums.length
  let added = 0
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width)
    if (!row.every(Number.isFinite)) continue
    for (let column = 0; column < width; column += 1) sums[column]! += row[column]!
    added += 1
  }
  return added
}
