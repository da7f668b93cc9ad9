import type { ModelDescription } from '../protocol.ts'
import type { ModelFile } from '../sessions/model-session.ts'

/** One input of a model's graph and what it is fed. */
export interface FedInput {
  /** Name of the graph's input. */
  readonly name: string
  /** Feature modalities laid side by side, boxes (cx, cy, w, h over the photo's size), or an id of each student's photo. */
  readonly feed:
    | { readonly kind: 'features'; readonly modalities: readonly string[] }
    | { readonly kind: 'boxes' }
    | { readonly kind: 'scene' }
  /** Columns; 1 for scenes. */
  readonly width: number
  /** Scene ids are int64 [n] in Lectern's own graphs; a user's graph may take float32 [n, 1], as RAFNet's `img_uid`. */
  readonly type: 'float32' | 'int64'
  readonly rank: 1 | 2
}

/**
 * Who is a graph head's neighbour: students of the same photo, or what RAFNet's own batches give (a student alone in a
 * batch's photo takes neighbours from other photos).
 */
export type NeighbourRule = 'photo' | 'rafnet'

/** A model ready to be given to a session. */
export interface LoadedModel {
  readonly file: string
  readonly description: ModelDescription
  /** Identifies what the session runs: the checkpoint with all that was chosen for it. */
  readonly graphSha256: string
  readonly graph: () => ModelFile
  readonly inputs: readonly FedInput[]
  readonly output: { readonly logits: string; readonly gate: string | null }
  /** Whether the graph has the outputs `neighbours` and `neighbour_weights`. */
  readonly hasNeighbours: boolean
  /**
   * Which students of one run influence each other: none, those with equal scene ids, or any (a user's graph without
   * scene ids, which then gets one scene at a time).
   */
  readonly mixing: 'none' | 'same-scene' | 'any'
  /** RAFNet forwarded this head with photo ids (`img_uid`), so that its graph never crosses photos. */
  readonly knowsPhotos: boolean
}
