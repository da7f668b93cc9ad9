import type { Store } from '../store.ts'

export interface ProjectCounts {
  readonly scenes: number
  /** Not counting deleted ones. */
  readonly students: number
  /** Students with a label in force. */
  readonly labelled: number
  readonly reviewedScenes: number
}

export const countStudentsSql =
  'SELECT count(*) AS students, count(label_id) AS labelled FROM student WHERE deleted_at IS NULL'

export function countProject(store: Store): ProjectCounts {
  const scenes = store
    .prepare<{ scenes: number; reviewedScenes: number }>(
      `SELECT count(*) AS scenes, count(*) FILTER (WHERE review = 'reviewed') AS reviewedScenes FROM scene`,
    )
    .get()
  const students = store.prepare<{ students: number; labelled: number }>(countStudentsSql).get()
  return { scenes: 0, reviewedScenes: 0, students: 0, labelled: 0, ...scenes, ...students }
}
