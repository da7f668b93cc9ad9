import type { Evaluation, FigureIntervals, SceneScore } from '#shared/contract/evaluation.ts'
import type { NoiseStudy } from '#shared/contract/extraction.ts'
import type { Faces } from '#shared/contract/schemas.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { LabelSource } from '#shared/domain/label.ts'

export type ReportLanguage = 'en' | 'zh-CN'

/** What stands once in a report: where it comes from and the figures over all its scenes. */
export interface ReportHead {
  readonly project: string
  /** Honest note of where the data come from, as in the synthetic sample; null elsewhere. */
  readonly note: string | null
  readonly classes: readonly BehaviourClass[]
  /** null where no model has a say: the report then tells what the labels say. */
  readonly run: ReportRun | null
  readonly labels: LabelTally
  /** How far the answers of a head move with GroupRec's noise; null where nobody studied it. */
  readonly noiseStudy: ReportNoiseStudy | null
  /** ISO 8601. */
  readonly generatedAt: string
  readonly appVersion: string
  readonly faces: Faces
  readonly language: ReportLanguage
}

/** A study of the noise, by the names of the head and of the relation weights. */
export interface ReportNoiseStudy extends NoiseStudy {
  readonly model: string
  readonly weights: string
  /** ISO 8601. */
  readonly at: string
}

/** The run that a report holds against the labels. */
export interface ReportRun {
  readonly name: string
  readonly family: string
  readonly provider: string
  readonly providerReason: string
  /** ISO 8601. */
  readonly predictedAt: string
  /** How students were put together for the model, as `scene`. */
  readonly batching: string
  /** The runs that an ensemble mixes and how much each counts; empty for a model of its own. */
  readonly members: readonly { readonly name: string; readonly weight: number }[]
  readonly evaluation: Evaluation
  readonly intervals: FigureIntervals
  /** How often it named each class, by class index. */
  readonly predicted: ReadonlyMap<number, number>
}

/** Whether there is anything to hold the run against: without a label no figure means anything. */
export const isChecked = ({ evaluation }: ReportRun): boolean => evaluation.students > 0

/** How often each class is a label in force, over all scenes of the report. */
export interface LabelTally {
  readonly students: number
  readonly labelled: number
  /** By class index. */
  readonly counts: ReadonlyMap<number, number>
}

export interface ReportStudent {
  /** Place in seat order, from 1: the number drawn on the photo. */
  readonly seat: number
  readonly bboxId: string
  /** Index of the label in force; null where nobody gave one. */
  readonly truth: number | null
  readonly truthSource: LabelSource | null
  readonly annotator: string | null
  readonly predicted: number | null
  /** Probability of the predicted class, 0 to 1. */
  readonly confidence: number | null
  /** [classes]; null without a prediction. */
  readonly probabilities: readonly number[] | null
}

export interface ReportScene {
  readonly scene: string
  readonly relativePath: string
  readonly room: string | null
  readonly takenAt: string | null
  readonly reviewed: boolean
  /** null where no student has both a label and a prediction. */
  readonly score: SceneScore | null
  readonly students: readonly ReportStudent[]
  /** The annotated photo as JPEG bytes; null where there is no photo. */
  readonly photo: Uint8Array | null
}

export const isWrong = ({ truth, predicted }: ReportStudent): boolean =>
  truth !== null && predicted !== null && truth !== predicted

/** Students per class in one scene by the label in force, else by the prediction: [classes]. */
export function behaviourCounts(scene: ReportScene, classes: readonly BehaviourClass[]): number[] {
  const shown = scene.students.map((student) => student.truth ?? student.predicted)
  return classes.map(({ index }) => shown.filter((one) => one === index).length)
}

export const className = (classes: readonly BehaviourClass[], index: number | null): string =>
  index === null ? '' : (classes.find((one) => one.index === index)?.name ?? String(index))
