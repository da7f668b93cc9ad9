import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { queryBuilder } from '../query-builder.ts'
import type { Store } from '../store.ts'

/** The project's classes in index order. */
export function listClasses(store: Store): BehaviourClass[] {
  const rows = store.all(queryBuilder.selectFrom('class').selectAll().orderBy('class_index'))
  return rows.map(({ class_index, name, colour, letter, is_null }) => ({
    index: class_index,
    name,
    colour,
    letter,
    isNull: is_null === 1,
  }))
}

export function insertClasses(store: Store, classes: readonly BehaviourClass[]): void {
  for (const { index, name, colour, letter, isNull } of classes) {
    const row = { class_index: index, name, colour, letter, is_null: isNull ? 1 : 0 }
    store.run(queryBuilder.insertInto('class').values(row))
  }
}

/** False where the project has no such class. */
export function updateClass(store: Store, edited: Omit<BehaviourClass, 'isNull'>): boolean {
  const { index, name, colour, letter } = edited
  const update = queryBuilder.updateTable('class').set({ name, colour, letter }).where('class_index', '=', index)
  return store.run(update).changes === 1
}
