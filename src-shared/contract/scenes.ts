import { z } from 'zod'
import type { Label, LabelSource } from '#shared/domain/label.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Scene } from '#shared/domain/scene.ts'
import type { Student } from '#shared/domain/student.ts'
import { call } from './procedure.ts'
import { id } from './schemas.ts'

/** A scene in the list, with the figures of one run (`correct` counts students whose label and prediction agree). */
export interface SceneRow extends Scene {
  readonly students: number
  /** Students with a label in force. */
  readonly labelled: number
  /** Students whose label in force a person gave or accepted. */
  readonly confirmed: number
  /** Students with a label in force and a prediction of the run. */
  readonly scored: number
  readonly correct: number
}

export interface LabelView {
  readonly classIndex: number
  readonly annotator: string
  readonly source: LabelSource
  readonly at: string
}

export interface SceneStudent extends Student {
  /** The label in force, or null where nobody gave one. */
  readonly label: LabelView | null
  readonly importedClassIndex: number | null
  readonly boxIssue: 'inverted' | 'empty' | 'outside' | null
  /** How sure the detector was that somebody is there, 0 to 1; null where none found this student. */
  readonly detectionScore: number | null
  /** Modalities that there is a vector of. */
  readonly modalities: readonly string[]
  /** Predictions of the runs asked for, at most one per run, in the order asked. */
  readonly predictions: readonly Prediction[]
  /** Runs among these predictions that saw another box than there is now. */
  readonly movedSince: readonly number[]
  /** Runs among them that saw somebody else of this photo elsewhere, not yet, or still there. */
  readonly neighboursMovedSince: readonly number[]
}

export interface SceneDetail {
  readonly scene: Scene
  /** In seat order. */
  readonly students: readonly SceneStudent[]
}

/** A neighbour that the spatial graph used: `weight` of the softmax over the k nearest. */
export interface Neighbour {
  readonly studentId: number
  readonly weight: number
}

/** What a model would say of a student. */
export interface Verdict {
  readonly classIndex: number
  /** [classes], softmax of the logits. */
  readonly probabilities: readonly number[]
}

/** Why a model said what it said of one student: everything below is computed anew with the run's own model. */
export interface Explanation {
  readonly studentId: number
  readonly runId: number
  readonly verdict: Verdict
  /**
   * Whether the model learnt from this student: the run shows what was said while the student was held out, and the whole head, which
   * is explained here, may say otherwise.
   */
  readonly learntFrom: boolean
  /** The same logits over the temperature that was fitted on `fittedOn`; null where no labelled students allow a fit. */
  readonly scaled: {
    readonly temperature: number
    readonly probabilities: readonly number[]
    readonly fittedOn: string
  } | null
  /** Share of each modality; empty for heads without a gate. */
  readonly gate: readonly { readonly modality: string; readonly weight: number }[]
  /** Neighbours of the spatial graph, strongest first, and the verdict without each. */
  readonly neighbours: readonly (Neighbour & { readonly without: Verdict })[]
  /** Verdict with a modality's vector replaced by zeros, and by its mean over the train split. */
  readonly modalities: readonly {
    readonly modality: string
    readonly zeros: Verdict
    readonly mean: Verdict
    /** What the mean was taken over: `split train`, or all students where the project has no such split. */
    readonly meanOf: string
  }[]
}

/** One page of scene rows: `query` is the search language of the scene list (`room:3-201 conf<0.5 wrong class:phone`). */
const listInput = z.object({
  query: z.string().max(500).default(''),
  runId: id.nullable().default(null),
  offset: z.int().nonnegative().default(0),
  limit: z.int().positive().max(1000).default(200),
})

export const scenes = {
  list: call(listInput)<{ readonly total: number; readonly rows: readonly SceneRow[] }>(),
  get: call(z.object({ sceneId: id, runIds: z.array(id).max(8).default([]) }))<SceneDetail>(),
  history: call(z.object({ studentId: id }))<readonly Label[]>(),
  /** The neighbours of one student in one run; empty for heads without a graph. */
  neighbours: call(z.object({ studentId: id, runId: id }))<readonly Neighbour[]>(),
  explain: call(z.object({ studentId: id, runId: id }))<Explanation>(),
}
