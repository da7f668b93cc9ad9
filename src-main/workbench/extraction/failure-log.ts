import { z } from 'zod'
import type { SceneFailure } from '#shared/contract/extraction.ts'
import type { Store } from '#main/store/store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'

const entry = z.object({
  /** `detect`, or the name of a modality. */
  step: z.string(),
  /** Below the photo root. */
  scene: z.string(),
  code: z.string(),
  message: z.string(),
})
/** What went wrong with a photo, and in which step. */
export type LoggedFailure = z.infer<typeof entry>

/** Photos that failed when they were last tried, as the authors' `failed` log lists them. */
export function listFailures(store: Store): LoggedFailure[] {
  const value = getProperty(store, 'extractionFailures')
  return value === null ? [] : z.array(entry).parse(JSON.parse(value))
}

/** Renews the entries of a step for the scenes that were tried. */
export function logFailures(
  store: Store,
  step: string,
  tried: ReadonlySet<string>,
  failed: readonly SceneFailure[],
): void {
  const known = listFailures(store)
  const kept = known.filter((one) => one.step !== step || !tried.has(one.scene))
  if (kept.length === known.length && failed.length === 0) return
  const added = failed.map(({ scene, error }) => ({ step, scene, code: error.code, message: error.message }))
  setProperty(store, 'extractionFailures', JSON.stringify([...kept, ...added]))
}
