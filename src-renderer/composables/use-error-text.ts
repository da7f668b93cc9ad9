import { useI18n } from 'vue-i18n'
import type { AppErrorData } from '#shared/contract/app-error.ts'
import { errorText } from './error-text.ts'

/** Says errors in the language of the page, see `errorText`. */
export function useErrorText(): (error: AppErrorData) => string {
  const { locale } = useI18n()
  return (error) => errorText(error, locale.value)
}
