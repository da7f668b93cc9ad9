import type { Store } from '../store.ts'

export interface NewRun {
  readonly modelId: number
  readonly name: string
  readonly appVersion: string
  /** `scene`, or `rafnet:<n>` for RAFNet's own grouping of rows. */
  readonly batching: string
  /** Whether only some of the project's scenes were asked for. */
  readonly partial: boolean
  readonly createdAt: string
}

export interface RunFacts {
  readonly provider: string
  readonly providerReason: string
  readonly students: number
  readonly msPerStudent: number
  /** JSON values: Omission[], string[], and modality → sha256[] of the files read. */
  readonly omitted: unknown
  readonly gateModalities: unknown
  readonly featureHashes: unknown
}

export interface RunRow extends NewRun, RunFacts {
  readonly id: number
}

/** A run that nobody sees until `finishRun`. */
export function startRun(store: Store, run: NewRun): number {
  return store
    .prepare(
      `INSERT INTO run (model_id, name, app_version, batching, partial, created_at, state)
       VALUES (?, ?, ?, ?, ?, ?, 'running')`,
    )
    .run(run.modelId, run.name, run.appVersion, run.batching, run.partial ? 1 : 0, run.createdAt).id
}

export function finishRun(store: Store, runId: number, facts: RunFacts): void {
  store
    .prepare(
      `UPDATE run SET provider = ?, provider_reason = ?, students = ?, ms_per_student = ?, omitted = ?, gate_modalities = ?,
       feature_hashes = ?, state = 'done' WHERE id = ?`,
    )
    .run(
      facts.provider,
      facts.providerReason,
      facts.students,
      facts.msPerStudent,
      JSON.stringify(facts.omitted),
      JSON.stringify(facts.gateModalities),
      JSON.stringify(facts.featureHashes),
      runId,
    )
}

interface RunColumns extends Omit<RunRow, 'partial' | 'omitted' | 'gateModalities' | 'featureHashes'> {
  readonly omitted: string
  readonly gateModalities: string
  readonly featureHashes: string
  readonly partial: number
}

const columns = `id, model_id AS modelId, name, provider, provider_reason AS providerReason, app_version AS appVersion, batching, partial, students,
  ms_per_student AS msPerStudent, omitted, gate_modalities AS gateModalities, feature_hashes AS featureHashes, created_at AS createdAt`

const toRun = (row: RunColumns): RunRow => ({
  ...row,
  partial: row.partial === 1,
  omitted: JSON.parse(row.omitted) as unknown,
  gateModalities: JSON.parse(row.gateModalities) as unknown,
  featureHashes: JSON.parse(row.featureHashes) as unknown,
})

/** Finished runs, newest first. */
export function listRuns(store: Store): RunRow[] {
  return store.prepare<RunColumns>(`SELECT ${columns} FROM run WHERE state = 'done' ORDER BY id DESC`).all().map(toRun)
}

/** Only a finished run is known. */
export function getRun(store: Store, runId: number): RunRow | undefined {
  const row = store.prepare<RunColumns>(`SELECT ${columns} FROM run WHERE id = ? AND state = 'done'`).get(runId)
  return row && toRun(row)
}

/** Hides runs at once; `removePredictionsOf` then takes their rows away bit by bit. */
export function hideRun(store: Store, runId: number): void {
  store.prepare(`UPDATE run SET state = 'removed' WHERE id = ?`).run(runId)
}

/** Runs that are hidden or never finished. */
export function unfinishedRuns(store: Store): number[] {
  return store
    .prepare<{ id: number }>(`SELECT id FROM run WHERE state <> 'done' ORDER BY id`)
    .all()
    .map((row) => row.id)
}

/** Every run of a model, also those that are not finished. */
export function runsOfModel(store: Store, modelId: number): number[] {
  return store
    .prepare<{ id: number }>('SELECT id FROM run WHERE model_id = ? ORDER BY id')
    .all(modelId)
    .map((row) => row.id)
}
