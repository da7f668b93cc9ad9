import { z } from 'zod'
import type { SceneFailure } from '#shared/contract/extraction.ts'
import type { Store } from '#main/store/store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'

const failure = {
  /** Below the photo root. */
  scene: z.string(),
  code: z.string(),
  message: z.string(),
}
const entry = z.object({
  /** What the photo was read for: `detect`, or names of modalities. */
  steps: z.array(z.string()),
  ...failure,
})
/** What went wrong with a photo, and in which steps. */
export type LoggedFailure = z.infer<typeof entry>

/** As it was written when every step read its photos by itself. */
const entryOfOneStep = z
  .object({ step: z.string(), ...failure })
  .transform(({ step, ...rest }): LoggedFailure => ({ steps: [step], ...rest }))

const log = z.array(z.union([entry, entryOfOneStep]))

/** Photos that failed when they were last tried, as the authors' `failed` log lists them. */
export function listFailures(store: Store): LoggedFailure[] {
  const value = getProperty(store, 'extractionFailures')
  return value === null ? [] : log.parse(JSON.parse(value))
}

/** What came of a step. */
export interface StepFailures {
  /** `detect`, or the name of a modality. */
  readonly step: string
  readonly tried: ReadonlySet<string>
  readonly failed: readonly SceneFailure[]
}

/** Renews the log for the scenes that were tried. A photo that failed several steps for one reason is one entry. */
export function logFailures(store: Store, outcomes: readonly StepFailures[]): void {
  const known = listFailures(store)
  const isTried = (name: string, scene: string): boolean =>
    outcomes.some(({ step, tried }) => step === name && tried.has(scene))
  const kept = known
    .map((one) => ({ ...one, steps: one.steps.filter((step) => !isTried(step, one.scene)) }))
    .filter(({ steps }) => steps.length > 0)
  const added = outcomes.flatMap(({ step, failed }) =>
    failed.map(({ scene, error: { code, message } }) => ({ steps: [step], scene, code, message })),
  )
  if (known.length === 0 && added.length === 0) return
  setProperty(store, 'extractionFailures', JSON.stringify(joined([...kept, ...added])))
}

function joined(entries: readonly LoggedFailure[]): LoggedFailure[] {
  const byReason = new Map<string, LoggedFailure>()
  for (const { steps, ...reason } of entries) {
    const key = JSON.stringify([reason.scene, reason.code, reason.message])
    byReason.set(key, { steps: [...(byReason.get(key)?.steps ?? []), ...steps], ...reason })
  }
  return [...byReason.values()]
}
