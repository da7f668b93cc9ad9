import type { Store } from '../store.ts'

/** What an import keeps of its source file, so that an export writes the same keys, containers and metadata. */
export interface ImportRow {
  readonly id: number
  readonly kind: 'features' | 'split'
  /** Absolute path of the file at import time. */
  readonly file: string
  readonly sha256: string | null
  readonly split: string | null
  /** Top-level keys in file order. */
  readonly keys: readonly string[]
  /** The source without its vectors, relative to the project folder; null for split pickles. */
  readonly formFile: string | null
  readonly contextFormFile: string | null
  readonly contextOrigin: 'inside' | 'sidecar' | null
  readonly rows: number
  readonly createdAt: string
}

/** An import that is running: whatever carries its id vanishes when the project opens again before `finishImport`. */
export function startImport(
  store: Store,
  start: { readonly kind: 'features' | 'split'; readonly file: string; readonly createdAt: string },
): number {
  return store
    .prepare(`INSERT INTO import (kind, file, state, created_at) VALUES (?, ?, 'running', ?)`)
    .run(start.kind, start.file, start.createdAt).id
}

/** Folder below the project's for the vectors of an import; it goes when the import goes. */
export const importFolder = (importId: number): string => `features/import-${importId}`

export function finishImport(
  store: Store,
  importId: number,
  facts: Omit<ImportRow, 'id' | 'kind' | 'file' | 'createdAt'>,
): void {
  store
    .prepare(
      `UPDATE import SET sha256 = ?, split = ?, keys = ?, form_file = ?, context_form_file = ?, context_origin = ?, rows = ?,
       state = 'done' WHERE id = ?`,
    )
    .run(
      facts.sha256,
      facts.split,
      JSON.stringify(facts.keys),
      facts.formFile,
      facts.contextFormFile,
      facts.contextOrigin,
      facts.rows,
      importId,
    )
}

interface ImportColumns extends Omit<ImportRow, 'keys'> {
  readonly keys: string
}

const columns = `id, kind, file, sha256, split, keys, form_file AS formFile, context_form_file AS contextFormFile,
  context_origin AS contextOrigin, rows, created_at AS createdAt`

/** Finished imports, oldest first. */
export function listImports(store: Store): ImportRow[] {
  return store
    .prepare<ImportColumns>(`SELECT ${columns} FROM import WHERE state = 'done' ORDER BY id`)
    .all()
    .map((row) => ({ ...row, keys: JSON.parse(row.keys) as string[] }))
}
