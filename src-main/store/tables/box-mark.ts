import type { Box } from '#shared/geometry/box.ts'
import type { Store } from '../store.ts'
import { getProperty, setProperty } from './property.ts'
import { getStudent, type StudentRow } from './student.ts'

/** Where a student was when the newest run of that time looked. */
interface BoxMark {
  readonly runId: number
  /** null where the student was not there. */
  readonly box: Box | null
}

/** Where a student is now; null where it was deleted. */
const placeOf = ({ box, deleted }: Pick<StudentRow, 'box' | 'deleted'>): Box | null => (deleted ? null : box)

/** Keeps where a student was when the runs so far looked; call it before its box changes, or with null when it was drawn. */
export function markBox(store: Store, studentId: number, known?: null): void {
  const runId = store.prepare<{ id: number | null }>('SELECT max(id) AS id FROM run').get()?.id ?? null
  const student = getStudent(store, studentId)
  if (runId === null || !student) return
  const before = getProperty(store, `boxMark:${studentId}`)
  // Of several changes after one run the first knows what that run saw.
  if (before !== null && parse(before).runId === runId) return
  const mark: BoxMark = { runId, box: known === null ? null : placeOf(student) }
  setProperty(store, `boxMark:${studentId}`, JSON.stringify(mark))
}

const parse = (value: string): BoxMark => JSON.parse(value) as BoxMark

/** Student → the newest run that saw another box than there is now, of a scene's students, deleted ones included. */
export function lastRunsBeforeMoves(store: Store, students: readonly StudentRow[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const student of students) {
    const value = getProperty(store, `boxMark:${student.id}`)
    if (value === null) continue
    const { runId, box } = parse(value)
    if (!isSameBox(box, placeOf(student))) found.set(student.id, runId)
  }
  return found
}

function isSameBox(one: Box | null, other: Box | null): boolean {
  if (one === null || other === null) return one === other
  return one.x1 === other.x1 && one.y1 === other.y1 && one.x2 === other.x2 && one.y2 === other.y2
}
