import type { LecternContract } from '#shared/contract/contract.ts'
import type { EditStep } from '#shared/contract/edits.ts'
import type { Edit } from '#shared/domain/edit.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { Store } from '#main/store/store.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { nextRedo, nextUndo, pushEdit, setEditUndone } from '#main/store/tables/edit.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { describeStep, stepOf, topicsOf } from './edit-step.ts'
import { parsePayload } from './operation.ts'
import { editContext, performEdit } from './perform-edit.ts'
import { replayOperation } from './replay-operation.ts'

type Parts = Pick<WorkbenchContext, 'project' | 'changes' | 'clock'>

/** The edits service: every change by hand is one transaction and one step of a log that survives a restart. */
export function createEdits({ project, changes, clock }: Parts): Handlers<LecternContract>['edits'] {
  const tell = (step: EditStep | null): EditStep | null => {
    if (step) changes.publish(topicsOf(step), step.sceneIds)
    return step
  }
  const now = (): string => clock().toISOString()
  return {
    apply: ({ edits, annotator }) => {
      const step = applyEdits(project.require().store, edits, annotator, now())
      tell(step)
      return step
    },
    undo: () => tell(replayStep(project.require().store, 'undo', now())),
    redo: () => tell(replayStep(project.require().store, 'redo', now())),
    state: () => {
      const { store } = project.require()
      const undo = nextUndo(store)
      const redo = nextRedo(store)
      return { undo: undo ? stepOf(undo) : null, redo: redo ? stepOf(redo) : null }
    },
  }
}

function applyEdits(store: Store, edits: readonly Edit[], annotator: string, at: string): EditStep {
  return store.transaction(() => {
    const context = editContext(store, annotatorId(store, annotator), at)
    const operations = edits.map((edit) => performEdit(context, edit))
    const step = describeStep(operations)
    const id = pushEdit(store, {
      at,
      annotatorId: context.annotatorId,
      step: JSON.stringify(step),
      payload: JSON.stringify(operations),
    })
    return { id, ...step }
  })
}

/** Null where there is nothing to undo or redo. */
function replayStep(store: Store, direction: 'undo' | 'redo', at: string): EditStep | null {
  return store.transaction(() => {
    const row = direction === 'undo' ? nextUndo(store) : nextRedo(store)
    if (!row) return null
    const operations = parsePayload(row.payload)
    for (const operation of direction === 'undo' ? operations.toReversed() : operations) {
      replayOperation(store, operation, direction, at)
    }
    setEditUndone(store, row.id, direction === 'undo')
    return stepOf(row)
  })
}
