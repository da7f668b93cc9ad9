import { useI18n } from 'vue-i18n'

/** Time that is left as people say it: `about 3 min left`. */
export function useLeftText(): (ms: number) => string {
  const { t } = useI18n()
  return (ms) => {
    const seconds = Math.round(ms / 1000)
    if (seconds < 60) return t('train.left.seconds', { count: Math.max(1, seconds) })
    const minutes = Math.round(seconds / 60)
    if (minutes < 60) return t('train.left.minutes', { count: minutes })
    return t('train.left.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
  }
}
