import { useI18n } from 'vue-i18n'
import { knownSentence } from './known-sentences.ts'

/** Says in the language of the page what the workbench tells as an English sentence only, see `knownSentence`. */
export function useKnownSentence(): (text: string) => string {
  const { locale } = useI18n()
  return (text) => knownSentence(text, locale.value)
}
