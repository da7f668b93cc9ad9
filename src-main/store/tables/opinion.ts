import type { LabelSource } from '#shared/domain/label.ts'
import type { Store } from '../store.ts'

/** One label that a person gave by hand. */
export interface OpinionRow {
  readonly studentId: number
  readonly sceneId: number
  readonly annotator: string
  /** null where the opinion was withdrawn. */
  readonly classIndex: number | null
}

export const opinionsSql = `SELECT label.student_id AS studentId, student.scene_id AS sceneId, annotator.name AS annotator,
  label.class_index AS classIndex FROM student
  CROSS JOIN label ON label.student_id = student.id AND label.source IN (${sources('person', 'accepted', 'withdrawn')})
  CROSS JOIN annotator ON annotator.id = label.annotator_id
  WHERE student.id > ? AND student.id <= ? AND student.deleted_at IS NULL ORDER BY student.id, label.id`

/**
 * What people said of the students with ids in (after, until], oldest first: imported labels are nobody's opinion, and an
 * adjudication is no opinion of its own but the end of a disagreement.
 */
export function opinionsBetween(store: Store, after: number, until: number): OpinionRow[] {
  return store.prepare<OpinionRow>(opinionsSql).all(after, until)
}

export function largestStudentId(store: Store): number {
  return store.prepare<{ id: number | null }>('SELECT max(id) AS id FROM student').get()?.id ?? 0
}

function sources(...names: readonly LabelSource[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
