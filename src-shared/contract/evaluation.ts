import { z } from 'zod'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { Box } from '#shared/geometry/box.ts'
import { call } from './procedure.ts'
import { id, name, path } from './schemas.ts'
import type { Finding } from './summary.ts'

/** A share in percent with its 95 % Wilson interval, never shown without its n. */
export interface Rate {
  readonly count: number
  readonly total: number
  readonly percent: number
  readonly interval: readonly [number, number]
}

export interface ClassScore {
  readonly class: BehaviourClass
  /** Percent. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly support: number
  readonly recallInterval: readonly [number, number]
  readonly precisionInterval: readonly [number, number]
}

export interface SceneScore {
  readonly sceneId: number
  readonly scene: string
  readonly students: number
  readonly correct: number
  readonly accuracy: number
  readonly interval: readonly [number, number]
}

/** Predictions of one run against the labels in force. All rates are percentages, as in RAFNet. */
export interface Evaluation {
  readonly runId: number
  readonly model: string
  readonly provider: string
  /** Students with both a label in force and a prediction. */
  readonly students: number
  readonly accuracy: Rate
  readonly accuracyNoNull: Rate
  readonly macroF1: number
  /** The paper's metric: rows whose truth is Null dropped; a surviving Null prediction counts as a class with F1 0. */
  readonly macroF1NoNull: number
  /** Mean F1 over the non-Null classes only, on the same rows. */
  readonly macroF1NonNullClasses: number
  readonly weightedF1: number
  readonly classes: readonly ClassScore[]
  /** Rows are truth, columns predictions, in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[]
  readonly scenes: readonly SceneScore[]
  readonly withoutLabel: number
  readonly withoutPrediction: number
}

/** The figures that sum up a run in one number each. */
export type HeadlineFigure =
  'accuracy' | 'accuracyNoNull' | 'macroF1' | 'macroF1NoNull' | 'macroF1NonNullClasses' | 'weightedF1'

/** 95 % bootstrap intervals in percent, drawn scene by scene because students of one photo are not independent. */
export interface FigureIntervals {
  readonly runId: number
  /** Scenes that were drawn from; with fewer than two there are no intervals. */
  readonly scenes: number
  readonly resamples: number
  readonly intervals: Readonly<Record<HeadlineFigure, readonly [number, number] | null>>
  /** Of the F1s, in the order of the project's classes. */
  readonly classF1: readonly (readonly [number, number] | null)[]
}

/** Students whose confidence lies in (lower, upper]; shares are 0 to 1, null in a bin without students. */
export interface ReliabilityBin {
  readonly lower: number
  readonly upper: number
  readonly students: number
  readonly correct: number
  readonly meanConfidence: number | null
  readonly shareCorrect: number | null
}

/** How far a run's confidences can be believed. */
export interface Reliability {
  /** Mean distance of confidence from share correct, 0 to 1. */
  readonly expectedCalibrationError: number
  /** Mean negative log-likelihood of the labels, in nats. */
  readonly negativeLogLikelihood: number
  readonly bins: readonly ReliabilityBin[]
}

export interface Calibration {
  readonly runId: number
  readonly model: string
  /** Students with both a label in force and a prediction whom the temperature is judged on. */
  readonly students: number
  /** The temperature is fitted to the split `val` where it has labels, and `students` then leaves that split out. */
  readonly fittedOn: 'split val' | 'the same students'
  readonly fittedStudents: number
  /** The temperature that makes the labels likeliest; 1 where there are no students. */
  readonly temperature: number
  /** `lowest` where the model is never wrong, `highest` where its confidence says nothing. */
  readonly atLimit: 'lowest' | 'highest' | null
  readonly asPredicted: Reliability
  /** The same with the logits divided by the temperature. */
  readonly scaled: Reliability
}

export interface ComparedRun {
  readonly runId: number
  readonly model: string
  /** Percent, over the students that both runs have. */
  readonly figures: Readonly<Record<HeadlineFigure, number>>
}

/**
 * Whether two runs differ in a figure by more than chance. `mcNemar` counts students, as if they were independent; the others
 * exchange whole scenes between the runs.
 */
export interface ComparisonTest {
  readonly test: 'mcNemar' | 'accuracy' | 'macroF1NoNull'
  /** A minus B, in percentage points. */
  readonly difference: number
  /** Two-sided. */
  readonly pValue: number
  /** Holm's, over all tests of the comparison. */
  readonly adjustedP: number
  /** Exchanges tried, all there are where `exact`; null for McNemar's test. */
  readonly permutations: number | null
  readonly exact: boolean
}

/** Two runs on the same students: those with a label in force and a prediction of both. */
export interface Comparison {
  readonly a: ComparedRun
  readonly b: ComparedRun
  readonly students: number
  readonly scenes: number
  readonly mcNemar: {
    /** Students that only A gets right, and only B. */
    readonly onlyA: number
    readonly onlyB: number
    readonly exactP: number
    /** Chi-square with continuity correction, and its p. */
    readonly statistic: number
    readonly correctedP: number
  }
  readonly tests: readonly ComparisonTest[]
  /** No exchange of so few scenes can give a smaller p. */
  readonly smallestP: number
}

export interface PairAgreement {
  readonly first: string
  readonly second: string
  /** Students that both labelled by hand, and the share of them on which they agree. */
  readonly students: number
  readonly percent: number
  /** Cohen's: agreement beyond chance, 1 at most; null where both gave everybody one and the same class. */
  readonly kappa: number | null
}

/** Agreement of people, whatever any model says. Imported labels and adjudications are nobody's opinion. */
export interface Agreement {
  /** Everybody who labelled by hand, and how many students. */
  readonly annotators: readonly { readonly name: string; readonly students: number }[]
  readonly pairs: readonly PairAgreement[]
  /** Fleiss' kappa of all who share students, on those that all of them labelled; null with fewer than three. */
  readonly all: { readonly annotators: number; readonly students: number; readonly kappa: number | null } | null
}

/** A student as a crop on the wall: enough to show and to relabel. */
export interface StudentCard {
  readonly studentId: number
  readonly sceneId: number
  readonly scene: string
  readonly bboxId: string
  readonly box: Box
  readonly truth: number
  readonly predicted: number
  readonly confidence: number
}

/** How a gated head shares its attention; shares are 0 to 1. */
export interface GateStatistics {
  readonly runId: number
  readonly modalities: readonly string[]
  readonly groups: readonly {
    readonly group: 'all' | 'correct' | 'wrong' | 'class'
    /** The truth, in a group `class`. */
    readonly classIndex: number | null
    readonly students: number
    /** [modalities] */
    readonly mean: readonly number[]
    readonly sd: readonly number[]
  }[]
}

/** Figures of a run with one modality taken away from every student; percent. */
export interface ModalityRemoval {
  readonly runId: number
  readonly students: number
  readonly asPredicted: Readonly<Record<HeadlineFigure, number>>
  readonly removed: readonly {
    readonly modality: string
    readonly by: 'zeros' | 'mean'
    /** What the mean was taken over. */
    readonly meanOf: string | null
    readonly figures: Readonly<Record<HeadlineFigure, number>>
    /** Students whose predicted class changed. */
    readonly changed: number
  }[]
}

export interface Spread {
  readonly mean: number
  /** Population standard deviation. */
  readonly std: number
  readonly min: number
  readonly max: number
}

/** Several runs (as the seeds of one model) side by side; percent. */
export interface SeveralRuns {
  /** Those with a label in force and a prediction of every run: all figures are over them. */
  readonly students: number
  readonly runs: readonly ComparedRun[]
  readonly figures: Readonly<Record<HeadlineFigure, Spread>>
  readonly classes: readonly {
    readonly class: BehaviourClass
    readonly support: number
    readonly precision: Spread
    readonly recall: Spread
    readonly f1: Spread
  }[]
}

/** Weighted mean of the logits of several runs, kept as a run of its own. */
export interface EnsembleResult {
  readonly runId: number
  readonly name: string
  readonly members: readonly { readonly runId: number; readonly name: string; readonly weight: number }[]
  /** How the weights came about: given, equal, or searched. */
  readonly weighting: 'given' | 'equal' | 'searched'
  /** Where weights were searched: what on, how many mixtures were tried, and the figure before (equal weights) and after. */
  readonly search: {
    readonly split: string
    readonly students: number
    readonly tried: number
    readonly equalMacroF1NoNull: number
    readonly bestMacroF1NoNull: number
  } | null
  readonly students: number
  /** Students that not every member has, and what makes the figures of this mixture look better than they are. */
  readonly findings: readonly Finding[]
}

/** Results that RAFNet's own Python (or Lectern) wrote: run folders below one folder. Percent. */
export interface ResultFolder {
  readonly folder: string
  readonly models: readonly {
    readonly model: string
    readonly seeds: readonly {
      readonly seed: number
      readonly macroF1NoNull: number | null
      readonly macroF1: number | null
      readonly accuracy: number | null
      readonly accuracyNoNull: number | null
      readonly loss: number | null
      readonly bestEpoch: number | null
    }[]
    readonly metrics: Readonly<
      Record<'macroF1NoNull' | 'macroF1' | 'accuracy' | 'accuracyNoNull' | 'loss', Spread | null>
    >
  }[]
  /** Files that could not be read, each with its reason. */
  readonly problems: readonly { readonly file: string; readonly reason: string }[]
}

const scored = z.object({ runId: id, sceneIds: z.array(id).nullable().default(null) })

export const evaluation = {
  evaluate: call(scored)<Evaluation>(),
  /** Intervals of the figures that `evaluate` answers with: slower, so asked for apart. */
  intervals: call(scored)<FigureIntervals>(),
  /** Reliability of a run's confidences, and the temperature that would make them honest. */
  calibration: call(scored)<Calibration>(),
  /** Two different runs on the students they share. */
  compare: call(z.object({ runA: id, runB: id }))<Comparison>(),
  gates: call(scored)<GateStatistics>(),
  modalityRemoval: call(scored)<ModalityRemoval>(),
  several: call(z.object({ runIds: z.array(id).min(2).max(100) }))<SeveralRuns>(),
  /** `weights` null means equal ones, unless `searchOn` names a split ('' for all labelled students) to search them on. */
  ensemble: call(
    z.object({
      runIds: z.array(id).min(2).max(50),
      weights: z.array(z.number().nonnegative()).nullable().default(null),
      searchOn: z.string().max(200).nullable().default(null),
      name: name.nullable().default(null),
    }),
  )<EnsembleResult>(),
  /** Reads `results/training` or any folder above run folders; `out` writes final_results.json and .csv there. */
  resultFolder: call(z.object({ folder: path, out: path.nullable().default(null) }))<ResultFolder>(),
  agreement: call(scored.pick({ sceneIds: true }))<Agreement>(),
  /** Those students of a confusion cell, a row, a column or a scene; null leaves a condition out. */
  students: call(
    z.object({
      runId: id,
      truth: z.int().nonnegative().nullable().default(null),
      predicted: z.int().nonnegative().nullable().default(null),
      sceneId: id.nullable().default(null),
      onlyWrong: z.boolean().default(false),
      limit: z.int().positive().max(5000).default(500),
    }),
  )<{ readonly total: number; readonly cards: readonly StudentCard[] }>(),
}
