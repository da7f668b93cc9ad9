import { useI18n } from 'vue-i18n'
import { useFormat } from '../../composables/use-format.ts'
import { useLeftText } from '../../composables/use-left-text.ts'

/** Rates and times left as people say them: `12 epochs a second`, `about 3 min left`. */
export function useRateText() {
  const { t } = useI18n()
  const format = useFormat()
  const leftText = useLeftText()

  const rateText = (msPerEpoch: number) =>
    msPerEpoch < 1000
      ? t('train.rate.perSecond', { rate: format.number(1000 / Math.max(msPerEpoch, 0.01), msPerEpoch > 100 ? 1 : 0) })
      : t('train.rate.perEpoch', { seconds: format.number(msPerEpoch / 1000, 1) })

  return { rateText, leftText }
}
