import type { LecternContract } from '#shared/contract/contract.ts'
import type { EditStep } from '#shared/contract/edits.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { toTheEnd, type Steps } from '#shared/metrics/steps.ts'
import type { Store } from '#main/store/store.ts'
import { nextRedo, nextUndo } from '#main/store/tables/edit.ts'
import { writeAside } from '#main/store/write-aside.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { applyInSteps } from './apply-in-steps.ts'
import { editsIn, stepOf, topicsOf } from './edit-step.ts'
import { replayInSteps } from './replay-in-steps.ts'

type Parts = Pick<WorkbenchContext, 'project' | 'changes' | 'clock'>

/** Up to this many edits are written in one go, in about 20 ms; more are written beside the work of others. */
const editsAtOnce = 200

/** The edits service: every change by hand is one transaction and one step of a log that survives a restart. */
export function createEdits({ project, changes, clock }: Parts): Handlers<LecternContract>['edits'] {
  const tell = <Step extends EditStep | null>(step: Step): Step => {
    if (step) changes.publish(topicsOf(step), step.sceneIds)
    return step
  }
  const now = (): string => clock().toISOString()
  const replay = async (direction: 'undo' | 'redo'): Promise<EditStep | null> => {
    const { store } = project.require()
    await store.otherEnded()
    const row = direction === 'undo' ? nextUndo(store) : nextRedo(store)
    if (!row) return null
    return tell(await write(store, editsIn(stepOf(row)), (aside) => replayInSteps(aside, direction, now())))
  }
  return {
    apply: async ({ edits, annotator }) => {
      const { store } = project.require()
      await store.otherEnded()
      return tell(await write(store, edits.length, (aside) => applyInSteps(aside, edits, annotator, now())))
    },
    undo: () => replay('undo'),
    redo: () => replay('redo'),
    state: () => {
      const { store } = project.require()
      const undo = nextUndo(store)
      const redo = nextRedo(store)
      return { undo: undo ? stepOf(undo) : null, redo: redo ? stepOf(redo) : null }
    },
  }
}

/** Whichever way, it is one transaction: all of the step or nothing. */
function write<Result>(store: Store, edits: number, work: (store: Store) => Steps<Result>): Result | Promise<Result> {
  return edits > editsAtOnce ? writeAside(store, work) : store.transaction(() => toTheEnd(work(store)))
}
