import { hasDefaultModels, modelsFolder } from '../../scripts/default-models.mjs'

/** The folder of NanoDet's files, or null where they were not fetched. */
export const defaultModels: string | null = hasDefaultModels() ? modelsFolder : null

export const withoutDefaultModels = 'needs models/weights, which "node scripts/default-models.mjs" fetches'
