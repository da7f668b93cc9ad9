import type { Store } from '../store.ts'

/** One undo step as stored. `step` and `payload` are JSON that only workbench/edits reads and writes. */
export interface EditRow {
  readonly id: number
  readonly at: string
  readonly annotatorId: number
  readonly step: string
  readonly payload: string
  readonly undone: boolean
}

interface EditColumns extends Omit<EditRow, 'undone'> {
  readonly undone: number
}

const select = 'SELECT id, at, annotator_id AS annotatorId, step, payload, undone FROM edit'
const toEdit = (row: EditColumns | undefined): EditRow | undefined => row && { ...row, undone: row.undone === 1 }

/** Appends a step and drops the steps that were undone before: a new edit ends the redo branch. */
export function pushEdit(store: Store, edit: Omit<EditRow, 'id' | 'undone'>): number {
  store.prepare('DELETE FROM edit WHERE undone = 1').run()
  return store
    .prepare('INSERT INTO edit (at, annotator_id, step, payload) VALUES (?, ?, ?, ?)')
    .run(edit.at, edit.annotatorId, edit.step, edit.payload).id
}

export function setEditUndone(store: Store, editId: number, undone: boolean): void {
  store.prepare('UPDATE edit SET undone = ? WHERE id = ?').run(undone ? 1 : 0, editId)
}

/** The step that undo would take back. */
export function nextUndo(store: Store): EditRow | undefined {
  return toEdit(store.prepare<EditColumns>(`${select} WHERE undone = 0 ORDER BY id DESC LIMIT 1`).get())
}

/** The step that redo would do again. */
export function nextRedo(store: Store): EditRow | undefined {
  return toEdit(store.prepare<EditColumns>(`${select} WHERE undone = 1 ORDER BY id LIMIT 1`).get())
}
