import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '#main/store/open-store.ts'
import { listFeatureSets, type FeatureProducer } from '#main/store/tables/feature.ts'
import { floatsOf } from '#main/store/tables/prediction.ts'
import { databaseFile } from '#main/workbench/projects/open-project.ts'
import { stillClock } from './store.ts'

export interface KeptVectors {
  readonly producer: FeatureProducer | null
  readonly sha256: string
  /** By student's id. */
  readonly byStudent: ReadonlyMap<number, Float32Array>
  /** By scene's path and student's id in it, as `166.jpg 1_0`. */
  readonly byName: ReadonlyMap<string, Float32Array>
}

/** What a project keeps of a modality, read beside the workbench that has it open. */
export function readVectors(projectFolder: string, modality: string): KeptVectors {
  const store = openStore(databaseFile(projectFolder), { mode: 'open', clock: stillClock, backupFolder: null })
  try {
    const sets = listFeatureSets(store).filter((set) => set.modality === modality)
    const [set] = sets
    if (!set || sets.length > 1) throw new Error(`${sets.length} sets of ${modality}`)
    const bytes = readFileSync(join(projectFolder, set.file))
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    const rows = store
      .prepare<{ studentId: number; name: string; row: number }>(
        `SELECT student_id AS studentId, relative_path || ' ' || bbox_id AS name, row FROM feature
         JOIN student ON student.id = student_id JOIN scene ON scene.id = scene_id WHERE set_id = ?`,
      )
      .all(set.id)
    const vectorOf = (row: number): Float32Array => values.slice(row * set.width, (row + 1) * set.width)
    return {
      producer: set.producer,
      sha256: set.sha256,
      byStudent: new Map(rows.map(({ studentId, row }) => [studentId, vectorOf(row)])),
      byName: new Map(rows.map(({ name, row }) => [name, vectorOf(row)])),
    }
  } finally {
    store.close()
  }
}

/** What the newest run said, by scene's path and student's id in it: logits. */
export function readLogits(projectFolder: string): ReadonlyMap<string, Float32Array> {
  const store = openStore(databaseFile(projectFolder), { mode: 'open', clock: stillClock, backupFolder: null })
  try {
    const rows = store
      .prepare<{ name: string; logits: Uint8Array }>(
        `SELECT relative_path || ' ' || bbox_id AS name, logits FROM prediction
         JOIN student ON student.id = student_id JOIN scene ON scene.id = scene_id
         WHERE run_id = (SELECT MAX(id) FROM run)`,
      )
      .all()
    return new Map(rows.map(({ name, logits }) => [name, floatsOf(logits)]))
  } finally {
    store.close()
  }
}
