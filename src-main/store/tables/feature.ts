import type { Store } from '../store.ts'

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
  readonly importId: number
}

export interface FeatureSet extends NewFeatureSet {
  readonly id: number
}

export function insertFeatureSet(store: Store, set: NewFeatureSet): number {
  return store
    .prepare(
      `INSERT INTO feature_set (modality, width, dtype, byte_order, form, file, sha256, import_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
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
    ).id
}

/** Says that a student's vector of this set is row `row` of its file. */
export function insertFeature(store: Store, studentId: number, setId: number, row: number): void {
  store.prepare('INSERT OR REPLACE INTO feature (student_id, set_id, row) VALUES (?, ?, ?)').run(studentId, setId, row)
}

interface FeatureSetColumns extends Omit<FeatureSet, 'form'> {
  readonly form: string
}

/** All feature sets of finished imports, oldest first. */
export function listFeatureSets(store: Store): FeatureSet[] {
  const rows = store
    .prepare<FeatureSetColumns>(
      `SELECT feature_set.id, modality, width, dtype, byte_order AS byteOrder, form, feature_set.file, feature_set.sha256,
       import_id AS importId FROM feature_set JOIN import ON import.id = import_id WHERE import.state = 'done' ORDER BY feature_set.id`,
    )
    .all()
  return rows.map((row) => ({ ...row, form: JSON.parse(row.form) as unknown }))
}

/** Modalities of the project with how many students, not deleted, have a vector; the newest set names the width. */
export function countModalities(
  store: Store,
): { readonly name: string; readonly width: number; readonly students: number }[] {
  return store
    .prepare<{ name: string; width: number; students: number }>(
      `SELECT modality AS name, width, count(DISTINCT feature.student_id) AS students, max(feature_set.id) AS newest
       FROM feature_set JOIN import ON import.id = feature_set.import_id AND import.state = 'done'
       JOIN feature ON feature.set_id = feature_set.id JOIN student ON student.id = feature.student_id
       WHERE student.deleted_at IS NULL GROUP BY modality ORDER BY min(feature_set.id)`,
    )
    .all()
    .map(({ name, width, students }) => ({ name, width, students }))
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
