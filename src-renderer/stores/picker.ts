import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useNotices } from './notices.ts'
import { useSession } from './session.ts'
import { useSettings } from './settings.ts'

export interface PickRequest {
  readonly purpose: 'open-folder' | 'open-file' | 'save-file' | 'save-folder'
  readonly title: string
  readonly extensions?: readonly string[]
  readonly suggestedName?: string
  /** A project folder is opened by one click, not entered. */
  readonly wants?: 'project'
}

const rememberedFolders = 6

/** Asks for a file or folder: the system's dialog where there is one, else the page's own over `host.listFolder`. */
export const usePicker = defineStore('picker', () => {
  const session = useSession()
  const settings = useSettings()
  const notices = useNotices()
  const request = shallowRef<PickRequest | null>(null)
  let settle: ((path: string | null) => void) | null = null

  async function pick(next: PickRequest): Promise<string | null> {
    if (session.host?.nativeDialogs) {
      const { purpose, title, extensions = [], suggestedName = null } = next
      const answer = await notices.guard(() =>
        session.api().host.pick({ purpose, title, extensions: [...extensions], suggestedName }),
      )
      return answer ?? null
    }
    answer(null)
    request.value = next
    return new Promise((resolve) => (settle = resolve))
  }

  function answer(path: string | null): void {
    request.value = null
    settle?.(path)
    settle = null
  }

  const recentFolders = (): readonly string[] => {
    const stored = settings.settings.view['picker.recent']
    return Array.isArray(stored) ? stored.filter((one): one is string => typeof one === 'string') : []
  }

  function remember(folder: string): void {
    settings.patchView(
      'picker.recent',
      [folder, ...recentFolders().filter((one) => one !== folder)].slice(0, rememberedFolders),
    )
  }

  return { request, pick, answer, recentFolders, remember }
})
