import { z } from 'zod'
import type { Store } from '#main/store/store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'

const counts = z.object({ classIndex: z.int(), students: z.int(), unstable: z.int() })
const record = z.object({
  /** Name of the head. */
  model: z.string(),
  /** Name of the relation weights. */
  weights: z.string(),
  /** ISO 8601. */
  at: z.string(),
  draws: z.int(),
  students: z.int(),
  unstable: z.int(),
  classes: z.array(counts),
  accuracies: z.array(z.number()),
  meanVectorDistance: z.number(),
})
/** A study of the noise, and what it was made with. */
export type NoiseRecord = z.infer<typeof record>

/** The project's last study, or null. */
export function readNoiseStudy(store: Store): NoiseRecord | null {
  const value = getProperty(store, 'noiseStudy')
  return value === null ? null : record.parse(JSON.parse(value))
}

export const keepNoiseStudy = (store: Store, study: NoiseRecord): void =>
  setProperty(store, 'noiseStudy', JSON.stringify(study))
