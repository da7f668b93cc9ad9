import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LearntModel } from '#shared/contract/learning.ts'
import { useErrorText } from '../../composables/use-error-text.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useLearning } from '../../stores/learning.ts'
import { useProject } from '../../stores/project.ts'

/** A first training waits for about so many corrections, a later one for no fewer than so many more. */
const usualStep = { first: 24, next: 15 } as const

/** What stands on the learning panel, in words: nothing is claimed that the figures do not carry. */
export function useLearningText() {
  const { t } = useI18n()
  const format = useFormat()
  const say = useErrorText()
  const project = useProject()
  const learning = useLearning()

  const rateText = ({ accuracy }: LearntModel) =>
    t('learning.rate', {
      percent: format.percent(accuracy.percent, 0),
      interval: format.interval(accuracy.interval, 0),
    })

  const fromText = ({ students, imported, scenes }: LearntModel) =>
    [
      t('learning.fromCorrections', { count: format.number(students) }, students),
      ...(imported > 0 ? [t('learning.fromImported', { count: format.number(imported) }, imported)] : []),
      t('learning.inPhotos', { count: format.number(scenes) }, scenes),
    ].join(t('learning.joint'))

  function baselineText(model: LearntModel): string {
    const most = model.classCounts.indexOf(Math.max(...model.classCounts))
    return t('learning.baselines', {
      class: project.classOf(most)?.name ?? '–',
      majority: format.percent(model.majorityAccuracy, 0),
      scene: format.percent(model.sceneOnlyAccuracy, 0),
    })
  }

  /** Whether it beats what needs no look at the student at all. */
  function verdict({ accuracy, majorityAccuracy, sceneOnlyAccuracy }: LearntModel): 'better' | 'unsure' | 'no-better' {
    const bar = Math.max(majorityAccuracy, sceneOnlyAccuracy)
    if (accuracy.interval[0] > bar) return 'better'
    return accuracy.percent > bar ? 'unsure' : 'no-better'
  }

  /** 0 to 1: how far it is to the next training. */
  const share = computed(() => {
    const state = learning.state
    if (!state) return 0
    const { corrected, needed } = state
    const step = learning.newest
      ? Math.max(usualStep.next, Math.ceil(learning.newest.students / 5), needed)
      : Math.max(usualStep.first, needed, corrected + needed)
    return 1 - needed / step
  })

  /** What it does or waits for now, in a few words. */
  const nowText = computed(() => {
    const state = learning.state
    if (!state) return ''
    if (state.state === 'off' || state.state === 'training') return t(`learning.state.${state.state}`)
    if (state.state === 'blocked') return state.problem ? say(state.problem) : t('learning.state.blocked')
    const { needed } = state
    if (needed <= 0) return t('learning.state.soon')
    const count = format.number(needed)
    return learning.newest ? t('learning.nextAfter', { count }, needed) : t('learning.firstAfter', { count }, needed)
  })

  return { rateText, fromText, baselineText, verdict, share, nowText }
}
