import { computed, watchEffect } from 'vue'
import { i18n } from '../i18n.ts'
import { useSession } from '../stores/session.ts'
import { useSettings } from '../stores/settings.ts'

export type Language = 'en' | 'zh-CN'

/** The language in force: the person's choice, else the desktop application's, else the browser's. */
export function useLocale() {
  const settings = useSettings()
  const session = useSession()
  /** The local host answers for its own process, which often runs in no language at all; the browser knows its reader's. */
  const hostLocale = () => (session.host?.kind === 'electron' ? session.host.locale : navigator.language)
  const language = computed<Language>(() => {
    const choice = settings.settings.language
    return choice === 'system' ? closestLanguage(hostLocale()) : choice
  })

  /** Applied once, by the application's root. */
  function follow(): void {
    watchEffect(() => {
      i18n.global.locale.value = language.value
      document.documentElement.lang = language.value
    })
  }

  return { language, follow }
}

export const closestLanguage = (locale: string): Language => (/^zh\b/i.test(locale) ? 'zh-CN' : 'en')
