import type { Box } from '#shared/geometry/box.ts'
import type { ReviewState } from './scene.ts'

/** What a hand can change. One call of `edits.apply` is one undo step, however many edits it holds. */
export type Edit =
  | {
      readonly kind: 'label'
      readonly studentId: number
      readonly classIndex: number
      readonly source: 'person' | 'accepted' | 'adjudicated'
    }
  | { readonly kind: 'box'; readonly studentId: number; readonly box: Box }
  | { readonly kind: 'draw'; readonly sceneId: number; readonly box: Box; readonly classIndex: number | null }
  | { readonly kind: 'delete'; readonly studentId: number }
  | { readonly kind: 'review'; readonly sceneId: number; readonly review: ReviewState }

export type EditKind = Edit['kind']
