import type { Store } from '#main/store/store.ts'
import { markBox } from '#main/store/tables/box-mark.ts'
import { dropStaleVectors } from '#main/store/tables/feature.ts'
import { appendLabel } from '#main/store/tables/label.ts'
import { setReview } from '#main/store/tables/scene.ts'
import { setStudentBox, setStudentDeleted } from '#main/store/tables/student.ts'
import type { Operation } from './operation.ts'

/** Takes an operation back (`undo`) or does it again (`redo`). Labels are appended either way, never removed. */
export function replayOperation(store: Store, operation: Operation, direction: 'undo' | 'redo', at: string): void {
  const state = direction === 'undo' ? 'before' : 'after'
  if (operation.kind === 'box') dropStaleVectors(store, operation.sceneId, operation.studentId)
  if (operation.kind === 'draw' || operation.kind === 'delete') dropStaleVectors(store, operation.sceneId, null)
  if ('studentId' in operation && operation.kind !== 'label') markBox(store, operation.studentId)
  switch (operation.kind) {
    case 'label':
      return replayLabel(store, operation, operation[state], at)
    case 'box':
      return setStudentBox(store, operation.studentId, operation[state].box, operation[state].edited)
    case 'draw':
      return setStudentDeleted(store, operation.studentId, direction === 'undo' ? at : null)
    case 'delete':
      return setStudentDeleted(store, operation.studentId, direction === 'undo' ? null : at)
    case 'review':
      return setReview(store, operation.sceneId, operation[state])
  }
}

type LabelOperation = Extract<Operation, { kind: 'label' }>

/** An opinion that comes back keeps the rank it had, so that it is not taken for the newest. */
function replayLabel(
  store: Store,
  { studentId, annotatorId }: LabelOperation,
  opinion: LabelOperation['before'],
  at: string,
): void {
  const { classIndex, source, rank } = opinion ?? { classIndex: null, source: 'withdrawn' as const, rank: null }
  appendLabel(store, { studentId, annotatorId, at, importId: null, classIndex, source, rank })
}
