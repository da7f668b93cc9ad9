import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { readFeaturePickle } from '#main/exchange/rafnet/read-feature-pickle.ts'
import { uprightBox, type Box } from '#shared/geometry/box.ts'
import { resultOf } from './progress.ts'

/** One of RAFNet's demo photos with what its students are labelled with. */
export interface LabelledScene {
  readonly file: string
  /** Upright, in px of the photo. */
  readonly boxes: readonly Box[]
  /** Class indices, one a box. */
  readonly classes: readonly number[]
  /** RAFNet's own vectors of each box, by modality. */
  readonly vectors: Readonly<Record<string, readonly Float32Array[]>>
}

/** The three demo photos of a folder with `features.pkl` and `images/`: 151 students. */
export async function labelledScenes(rafnet: string): Promise<LabelledScene[]> {
  const outFolder = mkdtempSync(join(tmpdir(), 'lectern-labelled-'))
  try {
    const request = { file: join(rafnet, 'features.pkl'), contextFile: null, outFolder }
    const table: FeatureTable = await resultOf(readFeaturePickle(request, new AbortController().signal))
    const corners = table.context?.boxesAbsolute
    const labels = table.labels
    if (!corners || !labels) throw new Error('the demo features have no boxes or labels')
    const matrices = table.modalities.map(({ name, file, width }) => {
      const bytes = readFileSync(file)
      const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
      return { name, row: (row: number) => values.slice(row * width, (row + 1) * width) }
    })
    return [...new Set(table.imgPaths)].map((path) => {
      const rows = table.imgPaths.flatMap((other, row) => (other === path ? [row] : []))
      const boxes = rows.map((row) => {
        const [x1, y1, x2, y2] = [...corners.subarray(4 * row, 4 * row + 4)] as [number, number, number, number]
        return uprightBox({ x1, y1, x2, y2 })
      })
      const vectors = Object.fromEntries(matrices.map(({ name, row }) => [name, rows.map(row)]))
      return { file: join(rafnet, path), boxes, classes: rows.map((row) => labels[row]!), vectors }
    })
  } finally {
    rmSync(outFolder, { recursive: true, force: true })
  }
}
