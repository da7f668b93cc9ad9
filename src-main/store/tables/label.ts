import { labelInForce, type Label, type LabelSource } from '#shared/domain/label.ts'
import type { Store } from '../store.ts'

export interface NewLabel {
  readonly studentId: number
  /** null only with source `withdrawn`. */
  readonly classIndex: number | null
  readonly annotatorId: number
  readonly source: LabelSource
  readonly at: string
  /** null gives the label its own id as rank; undo passes the rank of the label it restores. */
  readonly rank: number | null
  readonly importId: number | null
}

const insertSql = `INSERT INTO label (student_id, class_index, annotator_id, source, at, rank, import_id) VALUES (?, ?, ?, ?, ?, ?, ?)`
const inForceSql = `SELECT label.source FROM student LEFT JOIN label ON label.id = student.label_id WHERE student.id = ?`
const pointSql = 'UPDATE student SET label_id = ? WHERE id = ?'

/** Appends a label and sets the student's label in force, so call it inside a transaction. Returns the label's id. */
export function appendLabel(store: Store, label: NewLabel): number {
  const { studentId, classIndex, annotatorId, source, at, rank, importId } = label
  const before = store.prepare<{ source: LabelSource | null }>(inForceSql).get(studentId)?.source ?? null
  const { id } = store.prepare(insertSql).run(studentId, classIndex, annotatorId, source, at, rank, importId)
  if (isInForceAtOnce(label, before)) store.prepare(pointSql).run(id, studentId)
  else pointAtLabelInForce(store, studentId)
  return id
}

/**
 * Whether the rule of `labelInForce` is plain without the history, as it is for nearly every label: a standing one where there was
 * none, or an opinion newer than all others that no adjudication stands above. `before`: source of the label in force.
 */
function isInForceAtOnce({ source, rank }: NewLabel, before: LabelSource | null): boolean {
  if (source === 'withdrawn') return false
  if (before === null) return true
  return rank === null && source !== 'imported' && (source === 'adjudicated' || before !== 'adjudicated')
}

/** Sets a student's label in force to what its history says. */
export function pointAtLabelInForce(store: Store, studentId: number): void {
  const label = labelInForce(labelHistory(store, studentId))
  store.prepare(pointSql).run(label?.id ?? null, studentId)
}

const historySql = `SELECT label.id, label.student_id AS studentId, label.class_index AS classIndex, annotator.name AS annotator,
  label.source, label.at, coalesce(label.rank, label.id) AS rank
  FROM label JOIN annotator ON annotator.id = label.annotator_id WHERE label.student_id = ? ORDER BY label.id`

/** Every label of a student, oldest first. */
export function labelHistory(store: Store, studentId: number): Label[] {
  return store.prepare<Label>(historySql).all(studentId)
}

export interface Opinion {
  readonly classIndex: number | null
  readonly source: LabelSource
  readonly rank: number
}

/** Id of the newest label, 0 where there is none: whatever changes a label in force appends one. */
export function newestLabel(store: Store): number {
  return store.prepare<{ id: number | null }>('SELECT max(id) AS id FROM label').get()?.id ?? 0
}

/** The newest of what this annotator said of the student by hand, withdrawals included; imported labels are not theirs. */
export function latestOpinion(store: Store, studentId: number, annotatorId: number): Opinion | undefined {
  return store
    .prepare<Opinion>(
      `SELECT class_index AS classIndex, source, coalesce(rank, id) AS rank FROM label
       WHERE student_id = ? AND annotator_id = ? AND source <> 'imported' ORDER BY id DESC LIMIT 1`,
    )
    .get(studentId, annotatorId)
}

/** The class that the newest import gave the student, or null. */
export function importedClass(store: Store, studentId: number): number | null {
  const row = store
    .prepare<{ classIndex: number }>(
      `SELECT class_index AS classIndex FROM label WHERE student_id = ? AND source = 'imported' ORDER BY id DESC LIMIT 1`,
    )
    .get(studentId)
  return row?.classIndex ?? null
}

interface SceneLabelColumns {
  readonly studentId: number
  readonly classIndex: number
  readonly annotator: string
  readonly source: LabelSource
  readonly at: string
}

/** The labels in force of the students of one scene, by student. */
export function labelsInForceOfScene(store: Store, sceneId: number): Map<number, Omit<SceneLabelColumns, 'studentId'>> {
  const rows = store
    .prepare<SceneLabelColumns>(
      `SELECT student.id AS studentId, label.class_index AS classIndex, annotator.name AS annotator, label.source, label.at
       FROM student JOIN label ON label.id = student.label_id JOIN annotator ON annotator.id = label.annotator_id
       WHERE student.scene_id = ?`,
    )
    .all(sceneId)
  return new Map(rows.map(({ studentId, ...label }) => [studentId, label]))
}

/** The class that the newest import gave each student of one scene. */
export function importedLabelsOfScene(store: Store, sceneId: number): Map<number, number> {
  const rows = store
    .prepare<{ studentId: number; classIndex: number }>(
      `SELECT label.student_id AS studentId, label.class_index AS classIndex FROM student
       JOIN label ON label.student_id = student.id AND label.source = 'imported' WHERE student.scene_id = ? ORDER BY label.id`,
    )
    .all(sceneId)
  return new Map(rows.map((row) => [row.studentId, row.classIndex]))
}
