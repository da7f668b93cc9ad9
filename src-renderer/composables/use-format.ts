import { useI18n } from 'vue-i18n'

/** Numbers, times and sizes as the language writes them. */
export function useFormat() {
  const { locale, t } = useI18n()
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
  const percent = (value: number, digits = 1) => `${number(value, digits)} %`
  const interval = ([low, high]: readonly [number, number], digits = 1) =>
    `${number(low, digits)} – ${number(high, digits)}`
  /** Three decimals say enough of a p, and none is ever 0. */
  const pValue = (p: number) => (p < 0.001 ? `< ${number(0.001, 3)}` : number(p, 3))
  /** The same behind a `p` in a sentence. */
  const pRelation = (p: number) => (p < 0.001 ? pValue(p) : `= ${pValue(p)}`)
  /** A day alone is one of the calendar, whatever the time zone. */
  const dateTime = (iso: string) =>
    iso.length === 10
      ? new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso))
      : new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

  function bytes(size: number): string {
    const units = ['B', 'kB', 'MB', 'GB']
    const power = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1)
    return `${number(size / 1000 ** power, power === 0 ? 0 : 1)} ${units[power]}`
  }

  /** `3 hours ago`, down to `just now`. */
  function ago(iso: string, nowMs = Date.now()): string {
    const seconds = Math.round((nowMs - Date.parse(iso)) / 1000)
    if (seconds < 45) return t('common.justNow')
    const relative = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
    if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute')
    if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour')
    return relative.format(-Math.round(seconds / 86_400), 'day')
  }

  return { number, percent, interval, pValue, pRelation, dateTime, bytes, ago }
}
