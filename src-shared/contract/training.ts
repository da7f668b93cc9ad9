import { z } from 'zod'
import { call, stream } from './procedure.ts'
import { nothing, path } from './schemas.ts'
import type { Finding } from './summary.ts'

/** One photo on two sides: its students are known to the model that is tested on them. */
export interface Leakage {
  /** Photos that more than one split has. */
  readonly photos: number
  readonly pairs: readonly {
    readonly splits: readonly [string, string]
    readonly photos: number
    /** At most five image paths. */
    readonly examples: readonly string[]
  }[]
}

/** Figures of one epoch; rates in percent, epochs from 1. */
export interface TrainingEpoch {
  readonly epoch: number
  readonly learningRate: number
  readonly train: { readonly loss: number; readonly accuracy: number }
  readonly val: {
    readonly loss: number
    readonly macroF1: number
    /** The paper's metric, which selects the best epoch. */
    readonly macroF1NoNull: number
    readonly accuracy: number
    readonly accuracyNoNull: number
  }
}

/** The test figures of one seed; rates in percent. */
export interface SeedSummary {
  readonly seed: number
  /** 0 where no epoch was better than 0: then the last epoch's weights were tested and there is no best_model.pth. */
  readonly bestEpoch: number
  readonly bestValMacroF1NoNull: number
  readonly test: {
    readonly loss: number
    readonly macroF1: number
    readonly macroF1NoNull: number
    readonly accuracy: number
    readonly accuracyNoNull: number
  }
  /** Whether an earlier run with the same configuration and data had already trained it. */
  readonly reused: boolean
}

/** Mean and population standard deviation over the seeds. */
export interface SeedSpread {
  readonly mean: number
  readonly std: number
}

export interface TrainingSummary {
  readonly model: string
  readonly family: string
  readonly outputFolder: string
  readonly seeds: readonly SeedSummary[]
  readonly test: {
    readonly macroF1NoNull: SeedSpread
    readonly macroF1: SeedSpread
    readonly accuracy: SeedSpread
    readonly accuracyNoNull: SeedSpread
    readonly loss: SeedSpread
  }
  readonly findings: readonly Finding[]
  /** null where every photo is in one split only. */
  readonly leakage: Leakage | null
  /** Files written, absolute. */
  readonly files: readonly string[]
}

export type TrainingMessage =
  | {
      readonly kind: 'start'
      readonly model: string
      readonly family: string
      readonly outputFolder: string
      readonly seeds: readonly number[]
      readonly epochs: number
      readonly students: { readonly train: number; readonly val: number; readonly test: number }
      /** [classes] */
      readonly classWeights: readonly number[]
      readonly findings: readonly Finding[]
      readonly leakage: Leakage | null
    }
  | { readonly kind: 'seed'; readonly seed: number; readonly position: number; readonly resumedAfterEpoch: number }
  | {
      readonly kind: 'steps'
      readonly seed: number
      readonly epoch: number
      readonly done: number
      readonly total: number
    }
  | {
      readonly kind: 'epoch'
      readonly seed: number
      readonly record: TrainingEpoch
      readonly isBest: boolean
      readonly elapsedMs: number
    }
  | { readonly kind: 'seed-end'; readonly summary: SeedSummary }
  | { readonly kind: 'end'; readonly summary: TrainingSummary }

/** One of the paper's configurations. */
export interface TrainingPreset {
  readonly name: string
  readonly family: string
  readonly modalities: readonly string[]
  readonly lossTuned: boolean
}

export const training = {
  /** Trains every seed of a RAFNet config, reading the pickles it names and writing its `output_dir`. */
  run: stream(
    z.object({
      config: path,
      /** Where relative paths of the config start. */
      root: path,
      /** In place of the config's seeds. */
      seeds: z.array(z.int().nonnegative()).min(1).nullable().default(null),
      /** In place of the config's `output_dir`. */
      outputFolder: path.nullable().default(null),
      /** Go on with what an interrupted run of the same configuration and data left behind. */
      resume: z.boolean().default(false),
    }),
  )<TrainingMessage>(),
  /** The paper's configurations by name. */
  presets: call(nothing)<readonly TrainingPreset[]>(),
}
