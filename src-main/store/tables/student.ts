import type { StudentSource } from '#shared/domain/student.ts'
import type { Box } from '#shared/geometry/box.ts'
import type { NormalisedBox } from '#shared/geometry/normalised-box.ts'
import type { Store } from '../store.ts'

export interface NewStudent {
  readonly sceneId: number
  readonly bboxId: string
  /** As stored by its source, even inverted; null where no file gave a box. */
  readonly box: Box | null
  /** The normalised box of the import, kept bit for bit. */
  readonly normalised: NormalisedBox | null
  readonly source: StudentSource
  readonly importId: number | null
  /** Row in the imported file. */
  readonly position: number | null
  /** The photo's path as the imported file spelt it. */
  readonly sourcePath: string | null
}

export interface StudentRow extends NewStudent {
  readonly id: number
  /** Whether a hand moved the box since: `normalised` then no longer belongs to it. */
  readonly boxEdited: boolean
  readonly deleted: boolean
  readonly labelId: number | null
}

const insertSql = `INSERT INTO student (scene_id, bbox_id, x1, y1, x2, y2, nx, ny, nw, nh, source, import_id, position, source_path)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Returns the new student's id. */
export function insertStudent(store: Store, student: NewStudent): number {
  const { box, normalised: n } = student
  return store
    .prepare(insertSql)
    .run(
      student.sceneId,
      student.bboxId,
      box?.x1 ?? null,
      box?.y1 ?? null,
      box?.x2 ?? null,
      box?.y2 ?? null,
      n?.cx ?? null,
      n?.cy ?? null,
      n?.w ?? null,
      n?.h ?? null,
      student.source,
      student.importId,
      student.position,
      student.sourcePath,
    ).id
}

export function setStudentBox(store: Store, studentId: number, box: Box | null, boxEdited: boolean): void {
  store
    .prepare('UPDATE student SET x1 = ?, y1 = ?, x2 = ?, y2 = ?, box_edited = ? WHERE id = ?')
    .run(box?.x1 ?? null, box?.y1 ?? null, box?.x2 ?? null, box?.y2 ?? null, boxEdited ? 1 : 0, studentId)
}

/** The box of a newer reading of the same file, with its normalised form; for students whose box no hand has moved. */
export function setImportedBox(store: Store, studentId: number, box: Box, normalised: NormalisedBox | null): void {
  const { x1, y1, x2, y2 } = box
  store
    .prepare('UPDATE student SET x1 = ?, y1 = ?, x2 = ?, y2 = ?, nx = ?, ny = ?, nw = ?, nh = ? WHERE id = ?')
    .run(
      x1,
      y1,
      x2,
      y2,
      normalised?.cx ?? null,
      normalised?.cy ?? null,
      normalised?.w ?? null,
      normalised?.h ?? null,
      studentId,
    )
}

/** Marks a student deleted, or with null brings it back: rows stay, so that undo has something to return to. */
export function setStudentDeleted(store: Store, studentId: number, deletedAt: string | null): void {
  store.prepare('UPDATE student SET deleted_at = ? WHERE id = ?').run(deletedAt, studentId)
}

/** The columns that `toStudentRow` reads, of a table or alias `student`. */
export const studentColumns = `student.id, student.scene_id AS sceneId, student.bbox_id AS bboxId, student.x1, student.y1, student.x2,
  student.y2, student.nx, student.ny, student.nw, student.nh, student.box_edited AS boxEdited, student.source,
  student.import_id AS importId, student.position, student.source_path AS sourcePath, student.deleted_at AS deletedAt,
  student.label_id AS labelId`

/** Students of one scene in the order of their source: imports by row, drawn ones last. */
export const studentOrder = 'student.import_id IS NULL, student.import_id, student.position, student.id'

export interface StudentColumns {
  readonly id: number
  readonly sceneId: number
  readonly bboxId: string
  readonly x1: number | null
  readonly y1: number | null
  readonly x2: number | null
  readonly y2: number | null
  readonly nx: number | null
  readonly ny: number | null
  readonly nw: number | null
  readonly nh: number | null
  readonly boxEdited: number
  readonly source: StudentSource
  readonly importId: number | null
  readonly position: number | null
  readonly sourcePath: string | null
  readonly deletedAt: string | null
  readonly labelId: number | null
}

export function toStudentRow(row: StudentColumns): StudentRow {
  const { id, sceneId, bboxId, source, importId, position, sourcePath, labelId, x1, y1, x2, y2, nx, ny, nw, nh } = row
  const hasBox = x1 !== null && y1 !== null && x2 !== null && y2 !== null
  const hasNormalised = nx !== null && ny !== null && nw !== null && nh !== null
  return {
    id,
    sceneId,
    bboxId,
    source,
    importId,
    position,
    sourcePath,
    labelId,
    box: hasBox ? { x1, y1, x2, y2 } : null,
    normalised: hasNormalised ? { cx: nx, cy: ny, w: nw, h: nh } : null,
    boxEdited: row.boxEdited === 1,
    deleted: row.deletedAt !== null,
  }
}

/** Deleted students included. */
export function getStudent(store: Store, studentId: number): StudentRow | undefined {
  const row = store.prepare<StudentColumns>(`SELECT ${studentColumns} FROM student WHERE id = ?`).get(studentId)
  return row && toStudentRow(row)
}

/** All students of a scene, deleted ones included, imported rows first and in their order. */
export function studentsOfScene(store: Store, sceneId: number): StudentRow[] {
  return store
    .prepare<StudentColumns>(`SELECT ${studentColumns} FROM student WHERE scene_id = ? ORDER BY ${studentOrder}`)
    .all(sceneId)
    .map(toStudentRow)
}

/** How many students there are, deleted ones left out, of a split or of all scenes (null), and the sum of their ids: who they are, in short. */
export function presentStudents(
  store: Store,
  split: string | null,
): { readonly students: number; readonly sumOfIds: number } {
  const sql = 'SELECT count(*) AS students, total(student.id) AS sumOfIds FROM student WHERE deleted_at IS NULL'
  type Row = { students: number; sumOfIds: number }
  const row =
    split === null
      ? store.prepare<Row>(sql).get()
      : store.prepare<Row>(`${sql} AND scene_id IN (SELECT id FROM scene WHERE split = ?)`).get(split)
  return row ?? { students: 0, sumOfIds: 0 }
}

/** Whether any student came with a box; drawn ones alone do not make a project of boxes. */
export function projectHasBoxes(store: Store): boolean {
  const sql = `SELECT 1 FROM student WHERE source <> 'drawn' AND (x1 IS NOT NULL OR nx IS NOT NULL) LIMIT 1`
  return store.prepare(sql).get() !== undefined
}
