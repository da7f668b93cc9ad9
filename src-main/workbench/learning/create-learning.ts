import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { createReviewQueue } from './review-queue.ts'

/** The learning service: heads that learn from corrections, and the students that most need eyes. */
export function createLearning(
  parts: Pick<WorkbenchContext, 'project' | 'learner' | 'changes'>,
): Handlers<LecternContract>['learning'] {
  const { project, learner } = parts
  return {
    watch: (_input, { signal }) => learner.watch(signal),
    configure: async ({ enabled, modality }) => {
      await learner.configure(project.require(), enabled, modality)
      return null
    },
    learnNow: async (_input, { signal }) => {
      await learner.learnNow(project.require(), signal)
      return null
    },
    activate: ({ learntId }) => {
      learner.activate(project.require(), learntId)
      return null
    },
    reviewQueue: createReviewQueue(parts),
  }
}
