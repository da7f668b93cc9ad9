import type { Colours, UprightPhoto } from '../images/decode-photo.ts'
import type { ScoredBox } from './scored-box.ts'

/** A detector that is ready to run: NanoDet, or a model of the user's own. */
export interface Detector {
  /** Identifies its weights. */
  readonly sha256: string
  /** The execution provider that runs it, and why this one. */
  readonly provider: string
  readonly reason: string
  /** How its photos are to be decoded; as they are shown where left out. */
  readonly colours?: Colours
  /**
   * The persons on one photo, in its px and clipped to it, in any order. Throws AppError `model.run-failed`,
   * `detector.*`; stops between two passes when the signal aborts.
   */
  readonly detect: (photo: UprightPhoto, signal: AbortSignal) => Promise<ScoredBox[]>
}
