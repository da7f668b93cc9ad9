import type { Store } from '../store.ts'

export interface NewModel {
  readonly name: string
  /** Absolute path that the user chose. */
  readonly sourceFile: string
  /** The project's copy, relative to its folder, as is `configFile`. */
  readonly file: string
  readonly sha256: string
  readonly configFile: string | null
  readonly configSha256: string | null
  /** JSON value: the user's choices and the project's modalities and boxes that the model was read with. */
  readonly reading: unknown
  readonly family: string
  /** JSON value: what compute says the model is. */
  readonly description: unknown
  readonly createdAt: string
}

export interface ModelRow extends NewModel {
  readonly id: number
}

export function insertModel(store: Store, model: NewModel): number {
  return store
    .prepare(
      `INSERT INTO model (name, source_file, file, sha256, config_file, config_sha256, reading, family, description, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      model.name,
      model.sourceFile,
      model.file,
      model.sha256,
      model.configFile,
      model.configSha256,
      JSON.stringify(model.reading),
      model.family,
      JSON.stringify(model.description),
      model.createdAt,
    ).id
}

interface ModelColumns extends Omit<ModelRow, 'reading' | 'description'> {
  readonly reading: string
  readonly description: string
}

const columns = `id, name, source_file AS sourceFile, file, sha256, config_file AS configFile, config_sha256 AS configSha256, reading,
  family, description, created_at AS createdAt`

const toModel = (row: ModelColumns): ModelRow => ({
  ...row,
  reading: JSON.parse(row.reading) as unknown,
  description: JSON.parse(row.description) as unknown,
})

/** Oldest first. */
export function listModels(store: Store): ModelRow[] {
  return store.prepare<ModelColumns>(`SELECT ${columns} FROM model ORDER BY id`).all().map(toModel)
}

export function getModel(store: Store, modelId: number): ModelRow | undefined {
  const row = store.prepare<ModelColumns>(`SELECT ${columns} FROM model WHERE id = ?`).get(modelId)
  return row && toModel(row)
}

/** The model must have no runs left. */
export function deleteModel(store: Store, modelId: number): void {
  store.prepare('DELETE FROM model WHERE id = ?').run(modelId)
}
