import type { Store } from '../store.ts'

export interface LabelCounts {
  readonly students: number
  readonly labelled: number
  /** Students by the class index of their label in force; classes without a student are left out. */
  readonly counts: ReadonlyMap<number, number>
}

const tallySql = `SELECT label.class_index AS classIndex, count(*) AS students
  FROM student LEFT JOIN label ON label.id = student.label_id
  WHERE student.deleted_at IS NULL AND (? IS NULL OR student.scene_id IN (SELECT value FROM json_each(?)))
  GROUP BY label.class_index`

const predictedSql = `SELECT class_index AS classIndex, count(*) AS students
  FROM prediction JOIN student ON student.id = student_id
  WHERE run_id = ? AND deleted_at IS NULL AND (? IS NULL OR scene_id IN (SELECT value FROM json_each(?)))
  GROUP BY class_index`

/** How often a run named each class, by class index, in these scenes or in all. */
export function tallyPredictions(
  store: Store,
  runId: number,
  sceneIds: readonly number[] | null,
): ReadonlyMap<number, number> {
  const chosen = sceneIds && JSON.stringify(sceneIds)
  const rows = store.prepare<{ classIndex: number; students: number }>(predictedSql).all(runId, chosen, chosen)
  return new Map(rows.map(({ classIndex, students }) => [classIndex, students]))
}

/** How many students of these scenes, or of all, have which label in force. */
export function tallyLabels(store: Store, sceneIds: readonly number[] | null): LabelCounts {
  const chosen = sceneIds && JSON.stringify(sceneIds)
  const rows = store.prepare<{ classIndex: number | null; students: number }>(tallySql).all(chosen, chosen)
  const counts = new Map<number, number>()
  for (const { classIndex, students } of rows) if (classIndex !== null) counts.set(classIndex, students)
  const total = (numbers: Iterable<number>) => [...numbers].reduce((sum, one) => sum + one, 0)
  return { students: total(rows.map((row) => row.students)), labelled: total(counts.values()), counts }
}
