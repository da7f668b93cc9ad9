import type { LabelSource } from '#shared/domain/label.ts'
import type { Store } from '../store.ts'
import { floatsOf } from './prediction.ts'

/** What is told of a head that learnt from corrections; counts and percent, see `LearntModel` of the contract. */
export interface LearntFigures {
  readonly modality: string
  readonly students: number
  readonly imported: number
  readonly scenes: number
  readonly classCounts: readonly number[]
  /** Of all of them, whose vectors are no numbers. */
  readonly leftOut: number
  readonly heldOut: 'scenes' | 'students'
  /** Of `judged` held-out students. */
  readonly correct: number
  readonly judged: number
  readonly interval: readonly [number, number]
  readonly macroF1NoNull: number
  readonly majorityCorrect: number
  readonly sceneOnlyCorrect: number
  readonly temperature: number
}

export interface NewLearnt {
  readonly modelId: number
  readonly runId: number
  readonly figures: LearntFigures
  /** Newest label that it could see. */
  readonly lastLabelId: number
  readonly createdAt: string
}

export interface LearntRow extends NewLearnt {
  readonly id: number
}

export function insertLearnt(store: Store, learnt: NewLearnt): number {
  return store
    .prepare('INSERT INTO learnt (model_id, run_id, figures, last_label_id, created_at) VALUES (?, ?, ?, ?, ?)')
    .run(learnt.modelId, learnt.runId, JSON.stringify(learnt.figures), learnt.lastLabelId, learnt.createdAt).id
}

/** Versions whose predictions are there, newest first. */
export function listLearnt(store: Store): LearntRow[] {
  return store
    .prepare<Omit<LearntRow, 'figures'> & { readonly figures: string }>(
      `SELECT learnt.id, learnt.model_id AS modelId, run_id AS runId, figures, last_label_id AS lastLabelId,
       learnt.created_at AS createdAt FROM learnt JOIN run ON run.id = run_id AND run.state = 'done' ORDER BY learnt.id DESC`,
    )
    .all()
    .map((row) => ({ ...row, figures: JSON.parse(row.figures) as LearntFigures }))
}

/** Keeps what a version said of a student whom it had not learnt from. */
export function insertHeldOut(store: Store, learntId: number, studentId: number, probabilities: Float32Array): void {
  const { buffer, byteOffset, byteLength } = probabilities
  store
    .prepare('INSERT INTO held_out (learnt_id, student_id, probabilities) VALUES (?, ?, ?)')
    .run(learntId, studentId, new Uint8Array(buffer, byteOffset, byteLength))
}

/** Keeps that a student is unlike all that a version learnt from. */
export function insertUnfamiliar(store: Store, learntId: number, studentId: number, times: number): void {
  store
    .prepare('INSERT INTO unfamiliar (learnt_id, student_id, times) VALUES (?, ?, ?)')
    .run(learntId, studentId, times)
}

/** Whether a run is of a version that learnt from this student: it said something without it, or a person's label was there to see. */
export function hasLearntFrom(store: Store, runId: number, studentId: number): boolean {
  const found = store
    .prepare<{ id: number }>(
      `SELECT learnt.id FROM learnt WHERE run_id = ? AND (
         EXISTS (SELECT 1 FROM held_out WHERE learnt_id = learnt.id AND student_id = ?)
         OR EXISTS (SELECT 1 FROM label WHERE student_id = ? AND source <> 'imported' AND label.id <= last_label_id))`,
    )
    .get(runId, studentId, studentId)
  return found !== undefined
}

/** Where a version's model lies, relative to the project folder. */
export const learntFolder = (name: string): string => `models/learnt-${name}`

export interface CorrectionCounts {
  /** Students, not deleted, whose label in force is a person's. */
  readonly corrected: number
  /** Those of them whose label is newer than `after`. */
  readonly fresh: number
}

export const correctionsSql = `SELECT count(*) AS corrected, count(*) FILTER (WHERE label.id > ?) AS fresh
  FROM label CROSS JOIN student ON student.label_id = label.id AND student.deleted_at IS NULL
  WHERE label.source <> 'imported'`

export function countCorrections(store: Store, after: number): CorrectionCounts {
  return store.prepare<CorrectionCounts>(correctionsSql).get(after) ?? { corrected: 0, fresh: 0 }
}

export interface LabelledStudentRow {
  readonly studentId: number
  readonly sceneId: number
  readonly contentHash: string | null
  readonly labelId: number
  readonly classIndex: number
  readonly source: LabelSource
}

const labelledColumns = `student.id AS studentId, student.scene_id AS sceneId, scene.content_hash AS contentHash, label.id AS labelId,
  label.class_index AS classIndex, label.source`

export const correctedSql = `SELECT ${labelledColumns} FROM label
  CROSS JOIN student ON student.label_id = label.id AND student.deleted_at IS NULL CROSS JOIN scene ON scene.id = student.scene_id
  WHERE label.source <> 'imported' AND label.id < ? ORDER BY label.id DESC LIMIT ?`

/** Students with a person's label before `before`, newest label first. */
export function correctedBefore(store: Store, before: number, limit: number): LabelledStudentRow[] {
  return store.prepare<LabelledStudentRow>(correctedSql).all(before, limit)
}

export const importedSql = `SELECT ${labelledColumns} FROM student
  CROSS JOIN label ON label.id = student.label_id AND label.source = 'imported' CROSS JOIN scene ON scene.id = student.scene_id
  WHERE student.id > ? AND student.deleted_at IS NULL ORDER BY student.id LIMIT ?`

/** The next students after `after` whose label in force a file brought, in id order. */
export function importedAfter(store: Store, after: number, limit: number): LabelledStudentRow[] {
  return store.prepare<LabelledStudentRow>(importedSql).all(after, limit)
}

/** Where vectors of a student lie, newest set first. */
export function featuresOfStudent(store: Store, studentId: number): { readonly setId: number; readonly row: number }[] {
  return store
    .prepare<{ setId: number; row: number }>(
      'SELECT set_id AS setId, row FROM feature WHERE student_id = ? ORDER BY set_id DESC',
    )
    .all(studentId)
}

interface HeldOutRow {
  readonly studentId: number
  readonly probabilities: Uint8Array
}

/** What a version said of those students of a scene whom it learnt from, each told without it. */
export function heldOutOfScene(store: Store, learntId: number, sceneId: number): Map<number, Float32Array> {
  const rows = store
    .prepare<HeldOutRow>(
      `SELECT student.id AS studentId, probabilities FROM student
       JOIN held_out ON held_out.learnt_id = ? AND held_out.student_id = student.id WHERE student.scene_id = ?`,
    )
    .all(learntId, sceneId)
  return new Map(rows.map(({ studentId, probabilities }) => [studentId, floatsOf(probabilities)]))
}
