import { z } from 'zod'
import type { Store } from '#main/store/store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'

const schema = z.object({
  enabled: z.boolean(),
  /** As `convnext+grouprec`; null chooses before each training. */
  modality: z.string().nullable(),
  /** The version that somebody went back to; null shows the newest. */
  pinnedId: z.int().nullable(),
})
/** What somebody decided about learning in a project. */
export type LearningChoice = z.infer<typeof schema>

export const plainChoice: LearningChoice = { enabled: true, modality: null, pinnedId: null }

export function readChoice(store: Store): LearningChoice {
  const text = getProperty(store, 'learning')
  return text === null ? plainChoice : schema.parse(JSON.parse(text))
}

export function changeChoice(store: Store, change: Partial<LearningChoice>): void {
  setProperty(store, 'learning', JSON.stringify({ ...readChoice(store), ...change }))
}
