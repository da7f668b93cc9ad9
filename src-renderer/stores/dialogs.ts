import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ScanSummary } from '#shared/contract/exchange.ts'

export interface ImportRequest {
  readonly mode: 'photos' | 'rafnet'
  readonly features?: string
  readonly photos?: string
  /** A scan that ended in the background and has something to tell: only its summary is shown. */
  readonly scan?: ScanSummary
}

/** Which weights to make features with, and of which photos (null: all). */
export interface FeatureRequest {
  readonly weightsId: string | null
  readonly sceneIds: readonly number[] | null
}

/** Which of the application's own dialogs is open. */
export const useDialogs = defineStore('dialogs', () => {
  const palette = ref(false)
  const shortcuts = ref(false)
  const duplicates = ref(false)
  const places = ref(false)
  const importing = shallowRef<ImportRequest | null>(null)
  const addingModel = shallowRef<{ readonly file: string | null } | null>(null)
  const addingWeights = shallowRef<{ readonly files: readonly string[] } | null>(null)
  const makingFeatures = shallowRef<FeatureRequest | null>(null)
  const runningRafnet = ref(false)

  return {
    palette,
    shortcuts,
    duplicates,
    places,
    importing,
    addingModel,
    addingWeights,
    makingFeatures,
    runningRafnet,
  }
})
