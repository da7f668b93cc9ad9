import { pointAtLabelInForce } from './tables/label.ts'
import type { Store } from './store.ts'
import { repeatInSteps } from './write-in-steps.ts'

/** Rows deleted in one transaction: about 10 ms. */
const rowsAtOnce = 2000

/** Ids of imports that never finished: the process died, or the user cancelled. */
export function unfinishedImports(store: Store): number[] {
  return store
    .prepare<{ id: number }>(`SELECT id FROM import WHERE state = 'running' ORDER BY id`)
    .all()
    .map((row) => row.id)
}

/**
 * Takes back whatever an unfinished import wrote: its vectors' rows, labels, students and scenes; students that were there before
 * keep what they had. Its folder of vectors (`importFolder`) is the caller's to delete. Refuses a finished import by doing nothing.
 */
export async function removeUnfinishedImport(store: Store, importId: number): Promise<void> {
  if (!unfinishedImports(store).includes(importId)) return
  const repeat = (sql: string) => repeatInSteps(store, () => store.prepare(sql).run(importId, rowsAtOnce).changes)
  await repeat(
    `DELETE FROM feature WHERE (student_id, set_id) IN (SELECT student_id, set_id FROM feature
     WHERE set_id IN (SELECT id FROM feature_set WHERE import_id = ?) LIMIT ?)`,
  )
  await repeatInSteps(store, () => removeLabels(store, importId))
  await repeat('DELETE FROM student WHERE id IN (SELECT id FROM student WHERE import_id = ? LIMIT ?)')
  await repeat('DELETE FROM scene WHERE id IN (SELECT id FROM scene WHERE import_id = ? LIMIT ?)')
  store.transaction(() => {
    store.prepare('DELETE FROM feature_set WHERE import_id = ?').run(importId)
    store.prepare('DELETE FROM import WHERE id = ?').run(importId)
  })
}

/** The one place where labels are deleted: they belong to an import that, for the user, never happened. */
function removeLabels(store: Store, importId: number): number {
  const labels = store
    .prepare<{ id: number; studentId: number }>(
      'SELECT id, student_id AS studentId FROM label WHERE import_id = ? ORDER BY id LIMIT ?',
    )
    .all(importId, rowsAtOnce)
  const students = new Set(labels.map((label) => label.studentId))
  const release = store.prepare('UPDATE student SET label_id = NULL WHERE id = ?')
  const remove = store.prepare('DELETE FROM label WHERE id = ?')
  for (const student of students) release.run(student)
  for (const label of labels) remove.run(label.id)
  for (const student of students) pointAtLabelInForce(store, student)
  return labels.length
}
