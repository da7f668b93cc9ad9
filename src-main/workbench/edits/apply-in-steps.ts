import type { EditStep } from '#shared/contract/edits.ts'
import type { Edit } from '#shared/domain/edit.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import type { Store } from '#main/store/store.ts'
import { annotatorId } from '#main/store/tables/annotator.ts'
import { pushEdit } from '#main/store/tables/edit.ts'
import { describeStep } from './edit-step.ts'
import { formatPayload } from './edit-payload.ts'
import type { Operation } from './operation.ts'
import { editContext, performEdit } from './perform-edit.ts'

/** Does the edits one by one and logs them as one step of undo; call it inside a transaction. Throws what `performEdit` throws. */
export function* applyInSteps(store: Store, edits: readonly Edit[], annotator: string, at: string): Steps<EditStep> {
  const context = editContext(store, annotatorId(store, annotator), at)
  const operations: Operation[] = []
  for (const edit of edits) {
    operations.push(performEdit(context, edit))
    yield
  }
  const payload = yield* formatPayload(operations)
  const step = describeStep(operations)
  const id = pushEdit(store, { at, annotatorId: context.annotatorId, step: JSON.stringify(step), payload })
  return { id, ...step }
}
