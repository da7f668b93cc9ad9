import { z } from 'zod'

const id = z.int().positive()
const opinion = z.object({
  classIndex: z.int().nonnegative().nullable(),
  source: z.enum(['person', 'accepted', 'adjudicated', 'withdrawn']),
  rank: z.int().positive(),
})
const box = z.object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() })
const placed = z.object({ box: box.nullable(), edited: z.boolean() })
const review = z.enum(['open', 'reviewed'])

/** One edit as the undo log keeps it: enough to take it back and to do it again, whatever was edited since. */
const operation = z.discriminatedUnion('kind', [
  /** `before` null: the annotator had said nothing by hand. */
  z.object({
    kind: z.literal('label'),
    sceneId: id,
    studentId: id,
    annotatorId: id,
    before: opinion.nullable(),
    after: opinion,
  }),
  z.object({ kind: z.literal('box'), sceneId: id, studentId: id, before: placed, after: placed }),
  z.object({ kind: z.literal('draw'), sceneId: id, studentId: id }),
  z.object({ kind: z.literal('delete'), sceneId: id, studentId: id }),
  z.object({ kind: z.literal('review'), sceneId: id, before: review, after: review }),
])
export type Operation = z.infer<typeof operation>
export type StoredOpinion = z.infer<typeof opinion>

export const parseOperation = (value: unknown): Operation => operation.parse(value)
