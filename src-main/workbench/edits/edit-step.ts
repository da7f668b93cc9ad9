import { z } from 'zod'
import type { EditStep } from '#shared/contract/edits.ts'
import type { Change } from '#shared/contract/project.ts'
import type { EditRow } from '#main/store/tables/edit.ts'
import type { Operation } from './operation.ts'

const stored = z.object({
  kinds: z.partialRecord(z.enum(['label', 'box', 'draw', 'delete', 'review']), z.int().positive()),
  sceneIds: z.array(z.int()),
  studentIds: z.array(z.int()),
})

/** What a step is called and where it happened; students in the order of their first edit. */
export function describeStep(operations: readonly Operation[]): Omit<EditStep, 'id'> {
  const kinds: Partial<Record<Operation['kind'], number>> = {}
  const sceneIds = new Set<number>()
  const studentIds = new Set<number>()
  for (const operation of operations) {
    kinds[operation.kind] = (kinds[operation.kind] ?? 0) + 1
    sceneIds.add(operation.sceneId)
    if ('studentId' in operation) studentIds.add(operation.studentId)
  }
  return { kinds, sceneIds: [...sceneIds], studentIds: [...studentIds] }
}

export function stepOf(row: EditRow): EditStep {
  const { kinds, sceneIds, studentIds } = stored.parse(JSON.parse(row.step))
  return { id: row.id, kinds: kinds, sceneIds, studentIds }
}

export const editsIn = ({ kinds }: Pick<EditStep, 'kinds'>): number =>
  Object.values(kinds).reduce((sum, count) => sum + count, 0)

/** What others must reload after a step was done, undone or done again. */
export function topicsOf(step: Omit<EditStep, 'id'>): Change['topics'] {
  const { label, box, draw, delete: deleted, review } = step.kinds
  return [
    ...(label || draw ? (['labels'] as const) : []),
    ...(box || draw || deleted ? (['students'] as const) : []),
    ...(review ? (['scenes'] as const) : []),
  ]
}
