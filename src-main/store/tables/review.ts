import type { LabelSource } from '#shared/domain/label.ts'
import type { Store } from '../store.ts'

/** A present student of a scene that is open for review. */
export interface ReviewRow {
  readonly studentId: number
  readonly x1: number | null
  readonly y1: number | null
  readonly x2: number | null
  readonly y2: number | null
  /** Of the detector; null for students that none found, and for boxes that a hand has moved. */
  readonly score: number | null
  readonly labelId: number | null
  readonly classIndex: number | null
  readonly labelSource: LabelSource | null
  readonly predicted: number | null
  readonly confidence: number | null
  /** Little-endian float32, where they are needed: for a label, and where the likeliest class is not much likelier than all others. [classes] */
  readonly logits: Uint8Array | null
  readonly otherPredicted: number | null
  readonly otherConfidence: number | null
  /** How many times the limit the student is from the nearest that the version learnt from; null where not beyond it. */
  readonly unfamiliar: number | null
}

export const reviewSql = `SELECT student.id AS studentId, student.x1, student.y1, student.x2, student.y2,
  CASE WHEN student.box_edited = 0 THEN detection.score END AS score, label.id AS labelId, label.class_index AS classIndex, label.source AS labelSource,
  shown.class_index AS predicted, shown.confidence,
  CASE WHEN label.id IS NOT NULL OR shown.confidence < ? THEN shown.logits END AS logits, other.class_index AS otherPredicted, other.confidence AS otherConfidence,
  unfamiliar.times AS unfamiliar
  FROM scene CROSS JOIN student ON student.scene_id = scene.id AND student.deleted_at IS NULL
  LEFT JOIN label ON label.id = student.label_id
  LEFT JOIN detection ON detection.student_id = student.id
  LEFT JOIN prediction shown ON shown.run_id = ? AND shown.student_id = student.id
  LEFT JOIN prediction other ON other.run_id = ? AND other.student_id = student.id
  LEFT JOIN unfamiliar ON unfamiliar.learnt_id = ? AND unfamiliar.student_id = student.id
  WHERE scene.id = ? AND scene.review = 'open'`

/** Present students of a scene with what two runs and a version say of them, logits below a confidence; none where the scene is marked reviewed. */
export function reviewRows(
  store: Store,
  runs: { readonly runId: number; readonly otherRunId: number; readonly version: { readonly id: number } | null },
  sceneId: number,
  logitsBelow: number,
): ReviewRow[] {
  return store
    .prepare<ReviewRow>(reviewSql)
    .all(logitsBelow, runs.runId, runs.otherRunId, runs.version?.id ?? 0, sceneId)
}

/** How often people gave this student this class by hand. */
export function countSaid(store: Store, studentId: number, classIndex: number): number {
  const row = store
    .prepare<{ said: number }>(
      `SELECT count(*) AS said FROM label WHERE student_id = ? AND class_index = ? AND source <> 'imported'`,
    )
    .get(studentId, classIndex)
  return row?.said ?? 0
}
