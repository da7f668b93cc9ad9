import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

export interface ImportRequest {
  readonly mode: 'photos' | 'rafnet'
  readonly features?: string
  readonly photos?: string
}

/** Which of the application's own dialogs is open. */
export const useDialogs = defineStore('dialogs', () => {
  const palette = ref(false)
  const shortcuts = ref(false)
  const importing = shallowRef<ImportRequest | null>(null)
  const addingModel = shallowRef<{ readonly file: string | null } | null>(null)

  return { palette, shortcuts, importing, addingModel }
})
