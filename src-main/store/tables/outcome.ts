import type { Store } from '../store.ts'

/** Columns of students with a label in force and a prediction of one run; entry i is one student. */
export interface Outcomes {
  readonly studentIds: readonly number[]
  readonly sceneIds: readonly number[]
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
}

export interface OutcomeChunk extends Outcomes {
  /** Scene of every student with a prediction, with or without a label. */
  readonly predictedScenes: readonly number[]
  /** Student to go on after, or null at the end. */
  readonly next: number | null
}

interface OutcomeRow {
  readonly studentId: number
  readonly sceneId: number
  readonly truth: number | null
  readonly predicted: number
}

export const outcomesSql = `SELECT prediction.student_id AS studentId, student.scene_id AS sceneId, label.class_index AS truth,
  prediction.class_index AS predicted FROM prediction CROSS JOIN student ON student.id = prediction.student_id AND student.deleted_at IS NULL
  LEFT JOIN label ON label.id = student.label_id
  WHERE prediction.run_id = ? AND prediction.student_id > ? ORDER BY prediction.student_id LIMIT ?`

/** The next students of a run after `after`, in id order; those without a label in force are passed over. */
export function outcomesAfter(store: Store, runId: number, after: number, limit: number): OutcomeChunk {
  const rows = store.prepare<OutcomeRow>(outcomesSql).all(runId, after, limit)
  const chunk = {
    studentIds: [] as number[],
    sceneIds: [] as number[],
    truth: [] as number[],
    predicted: [] as number[],
    predictedScenes: [] as number[],
  }
  for (const { studentId, sceneId, truth, predicted } of rows) {
    chunk.predictedScenes.push(sceneId)
    if (truth === null) continue
    chunk.studentIds.push(studentId)
    chunk.sceneIds.push(sceneId)
    chunk.truth.push(truth)
    chunk.predicted.push(predicted)
  }
  return { ...chunk, next: rows.length < limit ? null : (rows.at(-1)?.studentId ?? null) }
}

export interface LabelledLogits {
  readonly studentId: number
  readonly sceneId: number
  readonly truth: number
  readonly predicted: number
  /** Little-endian float32. [classes] */
  readonly logits: Uint8Array
}

export const labelledLogitsSql = `SELECT prediction.student_id AS studentId, student.scene_id AS sceneId, label.class_index AS truth,
  prediction.class_index AS predicted, prediction.logits
  FROM prediction CROSS JOIN student ON student.id = prediction.student_id AND student.deleted_at IS NULL
  CROSS JOIN label ON label.id = student.label_id
  WHERE prediction.run_id = ? AND prediction.student_id > ? ORDER BY prediction.student_id LIMIT ?`

/** The next students of a run after `after` who have a label in force, with the logits behind their prediction, in id order. */
export function labelledLogitsAfter(store: Store, runId: number, after: number, limit: number): LabelledLogits[] {
  return store.prepare<LabelledLogits>(labelledLogitsSql).all(runId, after, limit)
}

export interface GateRow {
  readonly studentId: number
  readonly sceneId: number
  /** null without a label in force. */
  readonly truth: number | null
  readonly predicted: number
  /** Little-endian float32. [gate modalities] */
  readonly gate: Uint8Array
}

export const gatesSql = `SELECT prediction.student_id AS studentId, student.scene_id AS sceneId, label.class_index AS truth,
  prediction.class_index AS predicted, prediction.gate
  FROM prediction CROSS JOIN student ON student.id = prediction.student_id AND student.deleted_at IS NULL
  LEFT JOIN label ON label.id = student.label_id
  WHERE prediction.run_id = ? AND prediction.student_id > ? AND prediction.gate IS NOT NULL ORDER BY prediction.student_id LIMIT ?`

/** The next students of a run after `after` with the gate behind their prediction, in id order. */
export function gatesAfter(store: Store, runId: number, after: number, limit: number): GateRow[] {
  return store.prepare<GateRow>(gatesSql).all(runId, after, limit)
}

export interface CardRow {
  readonly studentId: number
  readonly sceneId: number
  readonly bboxId: string
  readonly x1: number | null
  readonly y1: number | null
  readonly x2: number | null
  readonly y2: number | null
  readonly confidence: number
}

/** What the wall of crops shows of these students, in their order. */
export function cardRows(store: Store, runId: number, studentIds: readonly number[]): CardRow[] {
  const select = store.prepare<CardRow>(
    `SELECT student.id AS studentId, student.scene_id AS sceneId, student.bbox_id AS bboxId, student.x1, student.y1, student.x2,
     student.y2, prediction.confidence FROM student
     JOIN prediction ON prediction.run_id = ? AND prediction.student_id = student.id WHERE student.id = ?`,
  )
  return studentIds.flatMap((id) => select.get(runId, id) ?? [])
}

/** Students, not deleted, of the given scenes (null: of all), and those of them with a label in force. */
export function countStudents(
  store: Store,
  sceneIds: readonly number[] | null,
): { readonly students: number; readonly labelled: number } {
  const sql = 'SELECT count(*) AS students, count(label_id) AS labelled FROM student WHERE deleted_at IS NULL'
  type Counts = { students: number; labelled: number }
  const total = { students: 0, labelled: 0 }
  if (sceneIds === null) return store.prepare<Counts>(sql).get() ?? total
  const select = store.prepare<Counts>(`${sql} AND scene_id = ?`)
  for (const sceneId of new Set(sceneIds)) {
    const counts = select.get(sceneId)
    total.students += counts?.students ?? 0
    total.labelled += counts?.labelled ?? 0
  }
  return total
}
