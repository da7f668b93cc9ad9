import { z } from 'zod'
import { call } from './procedure.ts'
import { box, id, name, nothing } from './schemas.ts'

const edit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('label'),
    studentId: id,
    classIndex: z.int().nonnegative(),
    source: z.enum(['person', 'accepted', 'adjudicated']),
  }),
  z.object({ kind: z.literal('box'), studentId: id, box }),
  z.object({ kind: z.literal('draw'), sceneId: id, box, classIndex: z.int().nonnegative().nullable() }),
  z.object({ kind: z.literal('delete'), studentId: id }),
  z.object({ kind: z.literal('review'), sceneId: id, review: z.enum(['open', 'reviewed']) }),
])

/** What one undo step did, for the interface to say and to show (`scenes` says where to look). */
export interface EditStep {
  readonly id: number
  /** What the step was made of: label × 3, draw × 1. */
  readonly kinds: Readonly<Partial<Record<z.infer<typeof edit>['kind'], number>>>
  readonly sceneIds: readonly number[]
  readonly studentIds: readonly number[]
}

export interface EditState {
  readonly undo: EditStep | null
  readonly redo: EditStep | null
}

export const edits = {
  /** Applies all edits in one transaction as one undo step; drawn students' ids come back in `studentIds`, in order. */
  apply: call(z.object({ edits: z.array(edit).min(1).max(100_000), annotator: name }))<EditStep>(),
  undo: call(nothing)<EditStep | null>(),
  redo: call(nothing)<EditStep | null>(),
  state: call(nothing)<EditState>(),
}
