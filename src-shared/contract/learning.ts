import { z } from 'zod'
import type { AppErrorData } from './app-error.ts'
import type { StudentCard, Rate } from './evaluation.ts'
import { call, stream } from './procedure.ts'
import { id, name, nothing } from './schemas.ts'

/**
 * A head that learnt from corrections, and what it stands on. What its run says of a student whom it learnt from is what it said while the
 * student was held out: figures of the run do not flatter.
 */
export interface LearntModel {
  readonly id: number
  readonly modelId: number
  readonly runId: number
  /** What it judges by; several side by side are written with a plus, as `convnext+grouprec`. */
  readonly modality: string
  /** Students with a label of a person that it learnt from. */
  readonly students: number
  /** Students whose label a file brought and that it learnt from as well: a file's labels are truth, too. */
  readonly imported: number
  /** Photos of all of them; copies, and photos that look all but the same, are one. */
  readonly scenes: number
  /** [classes] of all of them. */
  readonly classCounts: readonly number[]
  /**
   * Out of sample by cross-validation over all of them: no photo is on both sides where there are enough photos and classes are spread over
   * them, else students are held out and `heldOut` says so. The interval is Wilson's, or that of drawing whole photos where that is wider.
   */
  readonly accuracy: Rate
  readonly macroF1NoNull: number
  readonly heldOut: 'scenes' | 'students'
  /**
   * What always naming the commonest class, and naming the commonest class of the other labelled students in the photo, would reach on the
   * same students; percent. The guess by photo holds out students whatever `heldOut` says: it needs labels of the photo.
   */
  readonly majorityAccuracy: number
  readonly sceneOnlyAccuracy: number
  readonly createdAt: string
}

export interface LearningState {
  readonly enabled: boolean
  /** `blocked` says why in `problem`: no vectors yet, one class only. */
  readonly state: 'off' | 'blocked' | 'waiting' | 'training' | 'ready'
  /** What the next training judges by: the modalities that nearly all students have, the weak default one only where there is no other. */
  readonly modality: string | null
  /** Whether the vectors are the weak default ones. */
  readonly weakVectors: boolean
  /** Students with a label of a person. */
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
  /** The two likeliest classes are close; the value is the difference of their probabilities. */
  | 'margin'
  /** Models disagree; the value is how probable the other one finds its own class. */
  | 'models-disagree'
  /** Neighbours in the photo are predicted to do something else; the value is the share of them. */
  | 'neighbours-disagree'
  /** A label that the model, not having learnt from it, finds very unlikely; the value is its probability. */
  | 'label-suspect'
  /** A detected box that may be no student; the value is the detector's score. */
  | 'box-doubtful'
  /**
   * Unlike anybody labelled so far; the value is the distance from the nearest labelled student over the limit within which the labelled
   * themselves lie from others of another photo, above 1.
   */
  | 'unfamiliar'

export interface ReviewItem extends StudentCard {
  /** The label in force, or null: `truth` of the card is −1 then. Of a suspect label `predicted` is what it would be taken for. */
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
  /** Learning by itself goes on while somebody watches. */
  watch: stream(nothing)<LearningState>(),
  /** `modality` null chooses anew before each training, as does naming what would be chosen anyway. */
  configure: call(z.object({ enabled: z.boolean(), modality: name.nullable().default(null) }))<null>(),
  /** Learns now instead of waiting for more corrections; the answer comes when it is done. */
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
