import type { Store } from '../store.ts'
import { repeatInSteps } from '../write-in-steps.ts'
import { studentOrder } from './student.ts'

export interface NewPrediction {
  readonly runId: number
  readonly studentId: number
  readonly classIndex: number
  /** The largest softmax probability. */
  readonly confidence: number
  /** [classes] */
  readonly logits: Float32Array
  /** [gate modalities], or null for heads without a gate. */
  readonly gate: Float32Array | null
}

export interface PredictionRow {
  readonly runId: number
  readonly studentId: number
  readonly classIndex: number
  readonly logits: Float32Array
  readonly gate: Float32Array | null
}

export function insertPrediction(store: Store, prediction: NewPrediction): void {
  const { runId, studentId, classIndex, confidence, logits, gate } = prediction
  store
    .prepare(
      'INSERT INTO prediction (run_id, student_id, class_index, confidence, logits, gate) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(runId, studentId, classIndex, confidence, bytesOf(logits), gate && bytesOf(gate))
}

/** Puts another answer in place of what a run said of a student; a student whom it left out stays left out. */
export function replacePrediction(store: Store, { runId, studentId, ...answer }: Omit<NewPrediction, 'gate'>): void {
  store
    .prepare('UPDATE prediction SET class_index = ?, confidence = ?, logits = ? WHERE run_id = ? AND student_id = ?')
    .run(answer.classIndex, answer.confidence, bytesOf(answer.logits), runId, studentId)
}

interface PredictionColumns {
  readonly runId: number
  readonly studentId: number
  readonly classIndex: number
  readonly logits: Uint8Array
  readonly gate: Uint8Array | null
}

/** The predictions of one run for the students of one scene. */
export function predictionsOfScene(store: Store, runId: number, sceneId: number): PredictionRow[] {
  return store
    .prepare<PredictionColumns>(
      `SELECT prediction.run_id AS runId, student_id AS studentId, class_index AS classIndex, logits, gate
       FROM student JOIN prediction ON prediction.run_id = ? AND prediction.student_id = student.id WHERE student.scene_id = ?`,
    )
    .all(runId, sceneId)
    .map((row) => ({ ...row, logits: floatsOf(row.logits), gate: row.gate && floatsOf(row.gate) }))
}

/** What a run said of students, in id order. */
export interface StudentLogits {
  readonly studentIds: readonly number[]
  /** [classes] each. */
  readonly logits: readonly Float32Array[]
}

export const logitsBetweenSql = `SELECT prediction.student_id AS studentId, prediction.logits
  FROM prediction CROSS JOIN student ON student.id = prediction.student_id AND student.deleted_at IS NULL
  WHERE prediction.run_id = ? AND prediction.student_id > ? AND prediction.student_id <= ? ORDER BY prediction.student_id`

/** Logits of a run's students, deleted ones left out, with ids above `after` up to `last`. */
export function logitsBetween(store: Store, runId: number, after: number, last: number): StudentLogits {
  const rows = store
    .prepare<{ readonly studentId: number; readonly logits: Uint8Array }>(logitsBetweenSql)
    .all(runId, after, last)
  return { studentIds: rows.map((row) => row.studentId), logits: rows.map((row) => floatsOf(row.logits)) }
}

/** Removes a run that is hidden or unfinished, with its predictions, a little at a time. */
export async function removeRun(store: Store, runId: number): Promise<void> {
  await repeatInSteps(
    store,
    () =>
      store
        .prepare(
          `DELETE FROM prediction WHERE run_id = ? AND student_id IN (SELECT student_id FROM prediction WHERE run_id = ? LIMIT 5000)`,
        )
        .run(runId, runId).changes,
  )
  store.prepare(`DELETE FROM run WHERE id = ? AND state <> 'done'`).run(runId)
}

/** Little-endian bytes of float32 values: every machine that Electron and ONNX Runtime run on is little-endian. */
const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** A copy: a blob may start at an address that float32 cannot be read from. */
export const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer)

/** Ids of a run's students, deleted ones left out, in import order: imports by row, drawn ones last. */
export function studentsOfRun(store: Store, runId: number): number[] {
  return store
    .prepare<{ id: number }>(
      `SELECT student.id FROM prediction JOIN student ON student.id = prediction.student_id
       WHERE prediction.run_id = ? AND student.deleted_at IS NULL ORDER BY ${studentOrder}`,
    )
    .all(runId)
    .map((row) => row.id)
}

interface StudentPrediction {
  readonly sceneId: number
  readonly bboxId: string
  readonly classIndex: number
  readonly logits: Float32Array
}

/** What a run said of these students, in their order; students it does not know are left out. */
export function predictionsOfStudents(store: Store, runId: number, studentIds: readonly number[]): StudentPrediction[] {
  const select = store.prepare<Omit<StudentPrediction, 'logits'> & { readonly logits: Uint8Array }>(
    `SELECT student.scene_id AS sceneId, student.bbox_id AS bboxId, prediction.class_index AS classIndex, prediction.logits
     FROM prediction JOIN student ON student.id = prediction.student_id
     WHERE prediction.run_id = ? AND prediction.student_id = ?`,
  )
  return studentIds.flatMap((id) => {
    const row = select.get(runId, id)
    return row ? [{ ...row, logits: floatsOf(row.logits) }] : []
  })
}
