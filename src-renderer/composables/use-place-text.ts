import { useI18n } from 'vue-i18n'

const known: Readonly<Record<string, string>> = {
  'all students': 'places.everybody',
  'all labelled students': 'places.labelled',
}

/** The workbench names in English what a mean or a temperature was taken over; here it is said in the reader's language. */
export function usePlaceText(): (place: string) => string {
  const { t } = useI18n()
  return (place) => {
    const split = /^split (.+)$/.exec(place)?.[1]
    if (split !== undefined) return t('places.split', { split })
    const key = known[place]
    return key ? t(key) : place
  }
}
