import { useI18n } from 'vue-i18n'
import { useFormat } from '../../composables/use-format.ts'

/** Rates and times left as people say them: `12 epochs a second`, `about 3 min left`. */
export function useRateText() {
  const { t } = useI18n()
  const format = useFormat()

  const rateText = (msPerEpoch: number) =>
    msPerEpoch < 1000
      ? t('train.rate.perSecond', { rate: format.number(1000 / Math.max(msPerEpoch, 0.01), msPerEpoch > 100 ? 1 : 0) })
      : t('train.rate.perEpoch', { seconds: format.number(msPerEpoch / 1000, 1) })

  function leftText(ms: number): string {
    const seconds = Math.round(ms / 1000)
    if (seconds < 60) return t('train.left.seconds', { count: Math.max(1, seconds) })
    const minutes = Math.round(seconds / 60)
    if (minutes < 60) return t('train.left.minutes', { count: minutes })
    return t('train.left.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
  }

  return { rateText, leftText }
}
