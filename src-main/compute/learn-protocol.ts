import { z } from 'zod'
import { call } from '#shared/contract/procedure.ts'
import type { VectorRows } from './protocol.ts'

/** Students with a label, to learn a head from. */
export interface LearnInput {
  /** One a modality. */
  readonly vectors: readonly VectorRows[]
  /** Places of their classes. [students] */
  readonly labels: Int32Array
  /** Equal for students of one photo. [students] */
  readonly scenes: Uint32Array
  /** All students of the project with such vectors, one a modality: who of them is unlike all labelled ones? */
  readonly everybody: readonly VectorRows[]
  readonly classNames: readonly string[]
  /** Place of the class of ambiguous students, or null. */
  readonly nullIndex: number | null
  /** The .onnx to write. */
  readonly out: string
  /** Lectern's, written as the producer's. */
  readonly version: string
}

/** How right the head is about students that it did not learn from; counts are of `students`. */
export interface LearnOutcome {
  /** Those whose vectors are numbers. */
  readonly students: number
  /** Positions in the input of those whose vectors are not. */
  readonly leftOut: readonly number[]
  /** What was held out together. */
  readonly heldOut: 'scenes' | 'students'
  readonly correct: number
  /** Percent, 95 %: Wilson's, or from drawing whole photos where that is wider. */
  readonly interval: readonly [number, number]
  readonly macroF1NoNull: number
  /** Right by naming the commonest class of the others, and that of the others in the same photo. */
  readonly majorityCorrect: number
  readonly sceneOnlyCorrect: number
  readonly temperature: number
  /**
   * What was said of each student by the fit that left it out, on which the figures rest; NaN for those left out.
   * [students of the input, classes]
   */
  readonly heldOutLogits: Float32Array
  /**
   * What was said of each student without its label, though others of its photo were known; NaN for those left out, and where nobody else
   * had the student's class. [students of the input, classes]
   */
  readonly byOthers: Float32Array
  /** Positions in `everybody` of those unlike all labelled students, and how many times the limit they are from the nearest. */
  readonly unfamiliar: { readonly rows: Uint32Array; readonly times: Float32Array }
}

export const learningContract = {
  /** Learns a head from labelled students, judges it on held-out ones, and writes it as a model. */
  learn: call(z.custom<LearnInput>((value) => typeof value === 'object' && value !== null))<LearnOutcome>(),
}
