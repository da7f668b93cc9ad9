import { z } from 'zod'
import type { AppErrorData } from './app-error.ts'
import type { StudentCard, Rate } from './evaluation.ts'
import { call, stream } from './procedure.ts'
import { id, name, nothing } from './schemas.ts'

/** A head that learnt from corrections, and what it stands on. */
export interface LearntModel {
  readonly id: number
  readonly modelId: number
  readonly runId: number
  readonly modality: string
  /** Students with a label of a person that it learnt from, and their scenes. */
  readonly students: number
  readonly scenes: number
  /** [classes] of those students. */
  readonly classCounts: readonly number[]
  /**
   * Out of sample by cross-validation: no photo is on both sides where there are enough photos, else students are held out and `heldOut`
   * says so.
   */
  readonly accuracy: Rate
  readonly macroF1NoNull: number
  readonly heldOut: 'scenes' | 'students'
  /** What always naming the commonest class, and naming the commonest class of the photo, would reach on the same students; percent. */
  readonly majorityAccuracy: number
  readonly sceneOnlyAccuracy: number
  readonly createdAt: string
}

export interface LearningState {
  readonly enabled: boolean
  /** `blocked` says why in `problem`: no vectors yet, one class only. */
  readonly state: 'off' | 'blocked' | 'waiting' | 'training' | 'ready'
  readonly modality: string | null
  /** Whether the vectors are the weak default ones. */
  readonly weakVectors: boolean
  readonly corrected: number
  /** Corrections until the next training. */
  readonly needed: number
  readonly problem: AppErrorData | null
  /** Newest first. */
  readonly models: readonly LearntModel[]
  /** The one whose predictions are shown. */
  readonly activeId: number | null
}

export type ReviewReason =
  /** The two likeliest classes are close. */
  | 'margin'
  /** Models disagree. */
  | 'models-disagree'
  /** Neighbours in the photo are predicted to do something else. */
  | 'neighbours-disagree'
  /** A label that the model, not having learnt from it, finds very unlikely. */
  | 'label-suspect'
  /** A detected box that may be no student. */
  | 'box-doubtful'
  /** Unlike anything labelled so far. */
  | 'unfamiliar'

export interface ReviewItem extends StudentCard {
  /** The label in force, or null: `truth` of the card is −1 then. */
  readonly labelIndex: number | null
  readonly labelSource: 'imported' | 'person' | null
  readonly reasons: readonly { readonly reason: ReviewReason; readonly value: number }[]
  /** Higher needs eyes more. */
  readonly priority: number
}

/** One page of the queue, with what its filters would show. */
export interface ReviewQueue {
  /** Students that the filters let through, on all pages. */
  readonly total: number
  readonly items: readonly ReviewItem[]
  /** The run whose predictions the items show; null while the project has none. */
  readonly runId: number | null
  /** Students by reason; one with two reasons counts twice. The class filter applies, the reason filter does not. */
  readonly byReason: Readonly<Partial<Record<ReviewReason, number>>>
  /** Students by predicted class index. The reason filter applies, the class filter does not. */
  readonly byPredicted: Readonly<Record<number, number>>
}

export const learning = {
  watch: stream(nothing)<LearningState>(),
  configure: call(z.object({ enabled: z.boolean(), modality: name.nullable().default(null) }))<null>(),
  /** Learns now instead of waiting for more corrections. */
  learnNow: call(nothing)<null>(),
  /** Shows the predictions of this one; later trainings no longer take its place until `learnNow` or the newest is chosen. */
  activate: call(z.object({ learntId: id }))<null>(),
  /** Students that most need eyes, each with its reasons. */
  reviewQueue: call(
    z.object({
      runId: id.nullable().default(null),
      reasons: z.array(z.string()).nullable().default(null),
      /** Class index that the run predicts. */
      predicted: z.int().nonnegative().nullable().default(null),
      offset: z.int().nonnegative().default(0),
      limit: z.int().positive().max(500).default(100),
    }),
  )<ReviewQueue>(),
}
