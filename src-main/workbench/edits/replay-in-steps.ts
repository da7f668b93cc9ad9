import type { EditStep } from '#shared/contract/edits.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import type { Store } from '#main/store/store.ts'
import { nextRedo, nextUndo, setEditUndone } from '#main/store/tables/edit.ts'
import { parsePayload } from './edit-payload.ts'
import { stepOf } from './edit-step.ts'
import { replayOperation } from './replay-operation.ts'

/** Takes the newest step back, or does the oldest undone one again; null where there is none. Call it inside a transaction. */
export function* replayInSteps(store: Store, direction: 'undo' | 'redo', at: string): Steps<EditStep | null> {
  const row = direction === 'undo' ? nextUndo(store) : nextRedo(store)
  if (!row) return null
  const operations = yield* parsePayload(row.payload)
  for (const operation of direction === 'undo' ? operations.toReversed() : operations) {
    replayOperation(store, operation, direction, at)
    yield
  }
  setEditUndone(store, row.id, direction === 'undo')
  return stepOf(row)
}
