import type { Ref } from 'vue'
import { useActions } from '../../composables/actions/use-actions.ts'
import { classActions } from '../../composables/class-digit.ts'
import { useProject } from '../../stores/project.ts'
import { useReview } from '../../stores/review.ts'
import type { QueuedItem } from '../../stores/review-trail.ts'

/** One key a decision, while students are looked at one by one. */
export function useReviewActions(
  isWall: Ref<boolean>,
  hands: { open: (item: QueuedItem) => void; toggle: () => void },
) {
  const project = useProject()
  const review = useReview()
  const one = () => !isWall.value && review.current !== null
  const standing = () => one() && review.decisions.get(review.current!.studentId)?.kind !== 'delete'
  const hasPrediction = () => standing() && review.current!.predicted >= 0
  const give = (classIndex: number) => review.decideCurrent({ kind: 'label', classIndex, source: 'person' })
  const open = () => review.current && hands.open(review.current)

  useActions({
    ...classActions(() => project.classes, give, standing),
    'student.accept': {
      run: () => review.decideCurrent({ kind: 'label', classIndex: review.current!.predicted, source: 'accepted' }),
      when: hasPrediction,
    },
    'student.delete': { run: () => review.decideCurrent({ kind: 'delete' }), when: standing },
    'student.show-in-photo': { run: open, when: one },
    'review.open': { run: open, when: one },
    'review.skip': { run: review.skip, when: one },
    'review.back': { run: review.back, when: () => !isWall.value && review.at > 0 },
    'review.wall': { run: hands.toggle },
  })
}
