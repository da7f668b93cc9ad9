import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { settingsSchema, type Settings } from '#shared/contract/settings.ts'
import { useNotices } from './notices.ts'
import { useSession } from './session.ts'

const saveDelayMs = 250

/** The person's settings. A change is in force at once and saved a moment later, several changes together. */
export const useSettings = defineStore('settings', () => {
  const session = useSession()
  const notices = useNotices()
  const settings = ref<Settings>(settingsSchema.parse({}))
  const loaded = ref(false)
  let pending: Partial<Settings> = {}
  let timer: ReturnType<typeof setTimeout> | null = null

  async function load(): Promise<void> {
    const stored = await session.api().settings.get({})
    settings.value = { ...stored, ...pending }
    loaded.value = true
  }

  function patch(change: Partial<Settings>): void {
    settings.value = { ...settings.value, ...change }
    pending = { ...pending, ...change }
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void flush(), saveDelayMs)
  }

  /** Saves now what still waits; also called before the page goes away. */
  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    const change = pending
    pending = {}
    if (Object.keys(change).length === 0) return
    try {
      await session.api().settings.set(change)
    } catch (error) {
      pending = { ...change, ...pending }
      notices.report(error)
    }
  }

  /** Keeps one view's state (filters, sort, panel widths) across restarts. */
  function patchView(key: string, value: unknown): void {
    patch({ view: { ...settings.value.view, [key]: value } })
  }

  return {
    settings: computed(() => settings.value),
    loaded,
    load,
    patch,
    patchView,
    flush,
  }
})
