import { setImmediate } from 'node:timers/promises'
import { viewElements } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { vectorBlocks } from '#main/exchange/rafnet/stream-vectors.ts'
import type { WriteModality } from '#main/exchange/rafnet/write-plan.ts'
import type { UnfitRows } from '../training-protocol.ts'

/** Rows whose vectors, as float32, hold NaN or an infinity; looks at `limitBytes` of them at most. */
export async function findUnfit(
  modalities: readonly WriteModality[],
  limitBytes: number | null,
  signal: AbortSignal,
): Promise<UnfitRows> {
  const rows = modalities[0]?.rows.length ?? 0
  const rowBytes = modalities.reduce((sum, { width }) => sum + width * 4, 0)
  const checked = limitBytes === null ? rows : Math.min(rows, Math.floor(limitBytes / Math.max(1, rowBytes)))
  const unfit = new Set<number>()
  for (const modality of modalities) {
    let row = 0
    for (const block of vectorBlocks(firstRows(modality, checked))) {
      const values = elementsToFloat32('float32', viewElements('float32', block))
      for (let start = 0; start < values.length; start += modality.width, row += 1) {
        if (!isFinite(values, start, start + modality.width)) unfit.add(row)
      }
      await setImmediate()
      signal.throwIfAborted()
    }
  }
  return { checked, rows: [...unfit].sort((a, b) => a - b) }
}

const firstRows = (modality: WriteModality, rows: number): WriteModality => ({
  ...modality,
  form: { container: 'array', dtype: '<f4' },
  fileOfRow: modality.fileOfRow.subarray(0, rows),
  rows: modality.rows.subarray(0, rows),
})

function isFinite(values: Float32Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (!Number.isFinite(values[index]!)) return false
  return true
}
