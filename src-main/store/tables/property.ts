import type { Store } from '../store.ts'

/** Facts about the project as a whole. Paths are absolute; `photoRootFromProject` finds the photos after both were moved. */
export type PropertyName =
  | 'name'
  | 'createdAt'
  | 'photoRoot'
  | 'photoRootFromProject'
  | 'note'
  | 'sampleReady'
  | 'placePattern'
  /** JSON: LearningChoice */
  | 'learning'
  /** JSON: LoggedFailure[] */
  | 'extractionFailures'
  /** JSON: NoiseStudy, and what it was made with */
  | 'noiseStudy'
  /** There while relation vectors of a scene wait to be made anew. */
  | `relationsStale:${number}`
  /** JSON: where a student was when the runs before its last change of box looked. */
  | `boxMark:${number}`

export function getProperty(store: Store, name: PropertyName): string | null {
  return store.prepare<{ value: string }>('SELECT value FROM property WHERE name = ?').get(name)?.value ?? null
}

/** null removes it. */
export function setProperty(store: Store, name: PropertyName, value: string | null): void {
  if (value === null) store.prepare('DELETE FROM property WHERE name = ?').run(name)
  else store.prepare('INSERT OR REPLACE INTO property (name, value) VALUES (?, ?)').run(name, value)
}
