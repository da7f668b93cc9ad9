import type { Store } from '../store.ts'

/** The id of the annotator of this name, who is added where nobody of the name has labelled yet. */
export function annotatorId(store: Store, name: string): number {
  const known = store.prepare<{ id: number }>('SELECT id FROM annotator WHERE name = ?').get(name)
  return known?.id ?? store.prepare('INSERT INTO annotator (name) VALUES (?)').run(name).id
}
