import type { SceneRow } from '#shared/contract/scenes.ts'
import type { ReviewState } from '#shared/domain/scene.ts'
import type { SqlValue, Store } from '../store.ts'

/** A piece of a WHERE clause written by us; what the user typed is only ever a parameter. */
export interface SqlCondition {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

const sqlOf = (conditions: readonly SqlCondition[]): string =>
  conditions.length === 0 ? '1' : conditions.map((one) => `(${one.sql})`).join(' AND ')
const parametersOf = (conditions: readonly SqlCondition[]): SqlValue[] => conditions.flatMap((one) => one.parameters)

export const scenePageSql = (where: string): string =>
  `SELECT scene.id FROM scene WHERE ${where} ORDER BY scene.sort_key, scene.id LIMIT ? OFFSET ?`

/** Ids of one page of the scenes that meet the conditions, in the list's order. */
export function pageOfScenes(
  store: Store,
  conditions: readonly SqlCondition[],
  page: { readonly offset: number; readonly limit: number },
): number[] {
  return store
    .prepare<{ id: number }>(scenePageSql(sqlOf(conditions)))
    .all(...parametersOf(conditions), page.limit, page.offset)
    .map((row) => row.id)
}

export function countScenes(store: Store, conditions: readonly SqlCondition[]): number {
  const sql = `SELECT count(*) AS total FROM scene WHERE ${sqlOf(conditions)}`
  return store.prepare<{ total: number }>(sql).get(...parametersOf(conditions))?.total ?? 0
}

/** Conditions on a student, and which rows they cannot do without. */
export interface StudentConditions {
  readonly conditions: readonly SqlCondition[]
  readonly needsLabel: boolean
  readonly needsPrediction: boolean
}

/**
 * Looks at the next scenes of the list and tells of each whether one of its students meets the conditions. CROSS JOIN keeps the order
 * of the tables: a condition on a prediction would else let SQLite begin with all predictions of the run, once for every scene.
 */
export function scenesWithStudentsSql(
  where: string,
  students: string,
  needs: Omit<StudentConditions, 'conditions'>,
): string {
  const join = (needed: boolean) => (needed ? 'CROSS JOIN' : 'LEFT JOIN')
  return `SELECT looked.id, looked.sort_key AS sortKey, EXISTS (
     SELECT 1 FROM student ${join(needs.needsLabel)} label ON label.id = student.label_id
     ${join(needs.needsPrediction)} prediction ON prediction.run_id = ? AND prediction.student_id = student.id
     WHERE student.scene_id = looked.id AND student.deleted_at IS NULL AND ${students}) AS found
   FROM (SELECT scene.id, scene.sort_key FROM scene WHERE (scene.sort_key, scene.id) > (?, ?) AND ${where}
     ORDER BY scene.sort_key, scene.id LIMIT ?) AS looked ORDER BY looked.sort_key, looked.id`
}

/** Where the next part of a long list goes on; `start` is before every scene. */
export interface SceneCursor {
  readonly sortKey: string
  readonly id: number
}
export const sceneStart: SceneCursor = { sortKey: '', id: 0 }

/** The next `limit` scenes after `cursor` that meet the conditions, and whether a student meets all student conditions. */
export function scenesWithStudents(
  store: Store,
  conditions: readonly SqlCondition[],
  students: StudentConditions,
  runId: number | null,
  cursor: SceneCursor,
  limit: number,
): (SceneCursor & { readonly found: boolean })[] {
  const sql = scenesWithStudentsSql(sqlOf(conditions), sqlOf(students.conditions), students)
  return store
    .prepare<SceneCursor & { readonly found: number }>(sql)
    .all(
      runId ?? 0,
      ...parametersOf(students.conditions),
      cursor.sortKey,
      cursor.id,
      ...parametersOf(conditions),
      limit,
    )
    .map((row) => ({ ...row, found: row.found === 1 }))
}

interface Figures {
  readonly students: number
  readonly labelled: number
  readonly confirmed: number
  readonly scored: number
  readonly correct: number
}

export const sceneFiguresSql = `SELECT count(*) AS students, count(student.label_id) AS labelled,
  count(*) FILTER (WHERE label.source <> 'imported') AS confirmed,
  count(*) FILTER (WHERE label.class_index IS NOT NULL AND prediction.class_index IS NOT NULL) AS scored,
  count(*) FILTER (WHERE label.class_index = prediction.class_index) AS correct
  FROM student LEFT JOIN label ON label.id = student.label_id
  LEFT JOIN prediction ON prediction.run_id = ? AND prediction.student_id = student.id
  WHERE student.scene_id = ? AND student.deleted_at IS NULL`

const rowSql = `SELECT id, file_name AS name, relative_path AS relativePath, width_px AS widthPx, height_px AS heightPx,
  has_photo AS hasPhoto, room, taken_at AS takenAt, split, review FROM scene WHERE id = ?`

/** The rows of these scenes with the figures of one run, in the order of the ids. */
export function sceneRows(store: Store, sceneIds: readonly number[], runId: number | null): SceneRow[] {
  const scene = store.prepare<Omit<SceneRow, 'hasPhoto' | keyof Figures> & { hasPhoto: number; review: ReviewState }>(
    rowSql,
  )
  const figures = store.prepare<Figures>(sceneFiguresSql)
  return sceneIds.flatMap((id) => {
    const row = scene.get(id)
    const counted = figures.get(runId ?? 0, id)
    return row && counted ? [{ ...row, hasPhoto: row.hasPhoto === 1, ...counted }] : []
  })
}
