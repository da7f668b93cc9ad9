import { computed, ref, watchEffect } from 'vue'
import { useSettings } from '../stores/settings.ts'

const systemDark = ref(false)

/** Keeps `data-theme` on the document as the settings say; the boot script reads the choice before the next first paint. */
export function useTheme() {
  const settings = useSettings()
  const theme = computed<'light' | 'dark'>(() => {
    const choice = settings.settings.theme
    return choice === 'system' ? (systemDark.value ? 'dark' : 'light') : choice
  })

  /** Applied once, by the application's root. */
  function follow(): void {
    const query = matchMedia('(prefers-color-scheme: dark)')
    systemDark.value = query.matches
    query.addEventListener('change', (event) => (systemDark.value = event.matches))
    watchEffect(() => {
      if (!settings.loaded) return
      document.documentElement.dataset['theme'] = theme.value
      rememberChoice(settings.settings.theme)
    })
  }

  const toggle = () => settings.patch({ theme: theme.value === 'dark' ? 'light' : 'dark' })
  return { theme, follow, toggle }
}

function rememberChoice(choice: string): void {
  try {
    localStorage.setItem('lectern.theme', choice)
  } catch {
    // Storage may be switched off; then the next start follows the system until the settings arrive.
  }
}
