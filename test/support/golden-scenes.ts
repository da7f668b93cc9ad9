import { join, resolve } from 'node:path'
import type { ComputeClient } from '#main/compute/launcher/compute-client.ts'
import type { ModelSource, StudentBatchInput } from '#main/compute/protocol.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import { resultOf, studentsOf } from './compute.ts'

const golden = resolve(import.meta.dirname, '../fixtures/golden')

/** The golden students as compute takes them; vectors are written below `folder`. */
export async function goldenStudents(
  compute: ComputeClient,
  folder: string,
): Promise<{ readonly table: FeatureTable; readonly students: StudentBatchInput }> {
  const file = join(golden, 'features.pkl')
  const table = await resultOf(compute.features.read({ file, contextFile: null, outFolder: join(folder, 'golden') }))
  return { table, students: studentsOf(table) }
}

export const goldenHead = (name: string): ModelSource => ({
  file: join(golden, `${name}.pth`),
  config: join(golden, `${name}.json`),
  chosen: {},
  hasBoxes: true,
})

/** These students of the input alone, as one scene. */
export const oneScene = (students: StudentBatchInput, rows: readonly number[]): StudentBatchInput => ({
  vectors: students.vectors.map((vectors) => ({
    ...vectors,
    fileOf: vectors.fileOf && Uint16Array.from(rows, (row) => vectors.fileOf![row]!),
    rows: Uint32Array.from(rows, (row) => vectors.rows[row]!),
  })),
  boxesNormalised:
    students.boxesNormalised &&
    Float64Array.from(rows.flatMap((row) => [...students.boxesNormalised!.subarray(row * 4, row * 4 + 4)])),
  sceneOffsets: Uint32Array.of(0, rows.length),
})

/** Rows of the scene that a row belongs to. */
export function sceneAround({ sceneOffsets }: StudentBatchInput, row: number): number[] {
  const scene = sceneOffsets.findLastIndex((offset) => offset <= row)
  const [first, end] = [sceneOffsets[scene]!, sceneOffsets[scene + 1]!]
  return Array.from({ length: end - first }, (_, index) => first + index)
}
