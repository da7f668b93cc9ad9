import { useI18n } from 'vue-i18n'
import type { ReviewItem, ReviewReason } from '#shared/contract/learning.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useProject } from '../../stores/project.ts'
import type { QueuedItem } from '../../stores/review-trail.ts'

/** What is known of the student beside the queue's own reasons; any of it may still be on its way. */
export interface ReasonFacts {
  readonly prediction: Prediction | undefined
  readonly other: { readonly name: string; readonly prediction: Prediction } | null
}

export const reviewReasons = [
  'margin',
  'models-disagree',
  'neighbours-disagree',
  'label-suspect',
  'box-doubtful',
  'unfamiliar',
] as const satisfies readonly ReviewReason[]

/** Why a student is in the queue, in a sentence with its figures where they are known. */
export function useReasonText() {
  const { t } = useI18n()
  const format = useFormat()
  const project = useProject()
  const nameOf = (index: number | null | undefined) => project.classOf(index)?.name ?? '–'
  /** The number and its sign stay on one line; hardly anything is not nothing. */
  function share(value = 0): string {
    const text = value > 0 && value < 0.005 ? `< ${format.percent(1, 0)}` : format.percent(100 * value, 0)
    return text.replaceAll(' ', '\u00a0')
  }

  function marginText({ probabilities }: Prediction): string {
    const [first, second] = probabilities.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value)
    return t('review.why.margin', {
      first: nameOf(first?.index),
      firstShare: share(first?.value),
      second: nameOf(second?.index),
      secondShare: share(second?.value),
    })
  }

  function reasonText({ reason, value }: ReviewItem['reasons'][number], item: QueuedItem, facts: ReasonFacts): string {
    const { prediction, other } = facts
    if (reason === 'margin' && prediction) return marginText(prediction)
    if (reason === 'models-disagree' && prediction && other && other.prediction.classIndex !== prediction.classIndex)
      return t('review.why.modelsDisagree', {
        first: nameOf(prediction.classIndex),
        second: nameOf(other.prediction.classIndex),
        name: other.name,
      })
    if (reason === 'neighbours-disagree' && prediction)
      return t('review.why.neighboursDisagree', { class: nameOf(prediction.classIndex), share: share(value) })
    if (reason === 'label-suspect' && item.labelIndex !== null)
      return t('review.why.labelSuspect', { class: nameOf(item.labelIndex), share: share(value) })
    if (reason === 'box-doubtful') return t('review.why.boxDoubtful', { share: share(value) })
    return t(`review.whyShort.${reason}`)
  }

  return { reasonText, reasonName: (reason: ReviewReason) => t(`review.reason.${reason}`) }
}
