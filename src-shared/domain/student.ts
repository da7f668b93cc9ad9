import type { Box } from '#shared/geometry/box.ts'

export type StudentSource = 'imported' | 'detected' | 'drawn'

/** One student in one scene. The box is kept as it was stored, even inverted: the model must see the stored value. */
export interface Student {
  readonly id: number
  readonly sceneId: number
  /** The student's id inside its photo, as RAFNet's `bbox_ids` name it. */
  readonly bboxId: string
  readonly box: Box
  readonly source: StudentSource
}
