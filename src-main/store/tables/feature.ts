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

/** Modalities of the project, with the width of the newest set and how many students have a vector. */
export function countModalities(
  store: Store,
): { readonly name: string; readonly width: number; readonly students: number }[] {
  const byName = new Map<string, FeatureSet[]>()
  for (const set of listFeatureSets(store)) byName.set(set.modality, [...(byName.get(set.modality) ?? []), set])
  return [...byName].map(([name, sets]) => ({
    name,
    width: sets.at(-1)?.width ?? 0,
    students: countStudents(store, sets),
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
