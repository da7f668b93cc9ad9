import type { Store } from '../store.ts'
import { repeatInSteps } from '../write-in-steps.ts'
import { getProperty, setProperty } from './property.ts'

/** What made vectors that no file brought: everything that must be equal for two vectors to be comparable, and where it ran. */
export interface FeatureProducer {
  /** `relation` vectors of a student depend on everybody in the photo. */
  readonly kind: 'appearance' | 'relation'
  readonly weightsSha256: string
  /** As `convnext`, `hrnet-group-relation`, `nanodet`. */
  readonly family: string
  /** Name of the weights file, without its folder. */
  readonly weightsFile: string
  readonly precision: 'float32' | 'int8' | 'float16'
  /** Noise as the contract writes it; null for networks without. */
  readonly noise: unknown
  readonly provider: string
  readonly appVersion: string
  readonly createdAt: string
}

export interface NewFeatureSet {
  readonly modality: string
  readonly width: number
  /** numpy dtype without byte order, as `f4`. */
  readonly dtype: string
  readonly byteOrder: 'little' | 'big'
  /** How the column lay in the source file: an ArrayForm, kept as JSON. */
  readonly form: unknown
  /** Relative to the project folder, with `/` separators. */
  readonly file: string
  readonly sha256: string
  /** The import that brought the vectors, or null where `producer` made them. */
  readonly importId: number | null
  readonly producer: FeatureProducer | null
}

export interface FeatureSet extends NewFeatureSet {
  readonly id: number
}

export function insertFeatureSet(store: Store, set: NewFeatureSet): number {
  return store
    .prepare(
      `INSERT INTO feature_set (modality, width, dtype, byte_order, form, file, sha256, import_id, producer)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      set.modality,
      set.width,
      set.dtype,
      set.byteOrder,
      JSON.stringify(set.form),
      set.file,
      set.sha256,
      set.importId,
      set.producer && JSON.stringify(set.producer),
    ).id
}

/** Says what the file of an extraction holds now. */
export function setFeatureSetHash(store: Store, setId: number, sha256: string): void {
  store.prepare('UPDATE feature_set SET sha256 = ? WHERE id = ?').run(sha256, setId)
}

/** First row of a set's file that no student's vector lies behind: where the next vectors go. */
export function nextFeatureRow(store: Store, setId: number): number {
  return (
    store.prepare<{ row: number | null }>('SELECT max(row) + 1 AS row FROM feature WHERE set_id = ?').get(setId)?.row ??
    0
  )
}

/** Says that a student's vector of this set is row `row` of its file. */
export function insertFeature(store: Store, studentId: number, setId: number, row: number): void {
  store.prepare('INSERT OR REPLACE INTO feature (student_id, set_id, row) VALUES (?, ?, ?)').run(studentId, setId, row)
}

interface FeatureSetColumns extends Omit<FeatureSet, 'form' | 'producer'> {
  readonly form: string
  readonly producer: string | null
}

/** All feature sets of finished imports and of extractions, oldest first. */
export function listFeatureSets(store: Store): FeatureSet[] {
  const rows = store
    .prepare<FeatureSetColumns>(
      `SELECT feature_set.id, modality, width, dtype, byte_order AS byteOrder, form, feature_set.file, feature_set.sha256,
       import_id AS importId, producer FROM feature_set LEFT JOIN import ON import.id = import_id
       WHERE import_id IS NULL OR import.state = 'done' ORDER BY feature_set.id`,
    )
    .all()
  return rows.map((row) => ({
    ...row,
    form: JSON.parse(row.form) as unknown,
    producer: row.producer === null ? null : (JSON.parse(row.producer) as FeatureProducer),
  }))
}

/** Modalities of the project, with the width of the newest set and how many students have a vector. */
export function countModalities(store: Store): {
  readonly name: string
  readonly width: number
  readonly students: number
  /** Of the newest set; null where a file brought it. */
  readonly producer: FeatureProducer | null
}[] {
  const byName = new Map<string, FeatureSet[]>()
  for (const set of listFeatureSets(store)) byName.set(set.modality, [...(byName.get(set.modality) ?? []), set])
  return [...byName].map(([name, sets]) => ({
    name,
    width: sets.at(-1)?.width ?? 0,
    students: countStudents(store, sets),
    producer: sets.at(-1)?.producer ?? null,
  }))
}

/** Counting distinct students costs ten times as much, and only matters where a student can be in two sets. */
function countStudents(store: Store, sets: readonly FeatureSet[]): number {
  const what = sets.length > 1 ? 'DISTINCT student_id' : '*'
  const marks = sets.map(() => '?').join(', ')
  const row = store
    .prepare<{ students: number }>(`SELECT count(${what}) AS students FROM feature WHERE set_id IN (${marks})`)
    .get(...sets.map((set) => set.id))
  return row?.students ?? 0
}

/**
 * Forgets extracted vectors that no longer belong to what is in the photo: those of a student whose box changed (null where none did), and
 * the relation vectors of the whole scene. Imported vectors stay, whatever happens to a box. Returns how many went.
 */
export function dropStaleVectors(store: Store, sceneId: number, movedStudentId: number | null): number {
  const own = store
    .prepare(
      'DELETE FROM feature WHERE student_id = ? AND set_id IN (SELECT id FROM feature_set WHERE producer IS NOT NULL)',
    )
    .run(movedStudentId).changes
  const relations = store
    .prepare(
      `DELETE FROM feature WHERE student_id IN (SELECT id FROM student WHERE scene_id = ?)
       AND set_id IN (SELECT id FROM feature_set WHERE producer ->> '$.kind' = 'relation')`,
    )
    .run(sceneId).changes
  if (relations > 0) setProperty(store, `relationsStale:${sceneId}`, '1')
  return own + relations
}

/** Whether relation vectors of a scene were dropped since they were made; they are made anew now. */
export function clearStaleRelations(store: Store, sceneId: number): boolean {
  const wereDropped = getProperty(store, `relationsStale:${sceneId}`) !== null
  if (wereDropped) setProperty(store, `relationsStale:${sceneId}`, null)
  return wereDropped
}

/** Rows deleted in one transaction: about 10 ms. */
const rowsAtOnce = 2000

/** Forgets an extraction's vectors, however many; the file is the caller's to delete. */
export async function removeFeatureSet(store: Store, setId: number): Promise<void> {
  const sql = `DELETE FROM feature WHERE (student_id, set_id) IN (SELECT student_id, set_id FROM feature WHERE set_id = ? LIMIT ?)`
  await repeatInSteps(store, () => store.prepare(sql).run(setId, rowsAtOnce).changes)
  store.prepare('DELETE FROM feature_set WHERE id = ? AND producer IS NOT NULL').run(setId)
}

/** Students who are there and have a box, and how many of them have no vector in any of these sets. */
export function countWithoutVector(
  store: Store,
  setIds: readonly number[],
): { readonly students: number; readonly without: number } {
  const marks = setIds.map(() => '?').join(', ')
  const row = store
    .prepare<{ students: number; without: number }>(
      `SELECT count(*) AS students, total(NOT EXISTS (SELECT 1 FROM feature
       WHERE student_id = student.id AND set_id IN (${marks}))) AS without
       FROM student WHERE deleted_at IS NULL AND x1 IS NOT NULL`,
    )
    .get(...setIds)
  return row ?? { students: 0, without: 0 }
}

/** Vectors of the students of one scene: one entry per student and set, students in id order, newest set first. */
export function featuresOfScene(
  store: Store,
  sceneId: number,
): { readonly studentId: number; readonly setId: number; readonly row: number }[] {
  return store
    .prepare<{ studentId: number; setId: number; row: number }>(
      `SELECT feature.student_id AS studentId, feature.set_id AS setId, feature.row FROM student
       JOIN feature ON feature.student_id = student.id WHERE student.scene_id = ?
       ORDER BY feature.student_id, feature.set_id DESC`,
    )
    .all(sceneId)
}
