import { computed, type Ref } from 'vue'
import type { Evaluation, FigureIntervals } from '#shared/contract/evaluation.ts'
import { useSession } from '../../stores/session.ts'
import { useFollowUp } from './use-follow-up.ts'

/** The bootstrap intervals of the figures shown, drawn scene by scene. */
export function useIntervals(evaluation: Readonly<Ref<Evaluation | null>>) {
  const session = useSession()
  const { answer, stale } = useFollowUp<FigureIntervals | null>(evaluation, async (signal) => {
    const shown = evaluation.value
    return shown && shown.students > 0 ? session.api().evaluation.intervals({ runId: shown.runId }, { signal }) : null
  })
  return {
    /** Null until they are there: intervals of other figures than those shown would mislead. */
    intervals: computed(() => (stale.value ? null : answer.value)),
    /** Scenes that were drawn from, by the last answer; 0 before the first. */
    scenes: computed(() => answer.value?.scenes ?? 0),
  }
}
