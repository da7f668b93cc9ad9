import type { Store } from '../store.ts'

export interface NewExport {
  readonly at: string
  readonly file: string
  readonly sha256: string
  readonly bytes: number
  /** JSON value: what was asked for. */
  readonly selection: unknown
  readonly students: number
}

/** Records what was written, when, and up to which label. */
export function insertExport(store: Store, written: NewExport): number {
  return store
    .prepare(
      `INSERT INTO export (at, file, sha256, bytes, selection, students, last_label_id)
       VALUES (?, ?, ?, ?, ?, ?, (SELECT max(id) FROM label))`,
    )
    .run(written.at, written.file, written.sha256, written.bytes, JSON.stringify(written.selection), written.students)
    .id
}
