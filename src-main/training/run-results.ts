import type { Leakage } from '#shared/contract/training.ts'
import type { SeedResult } from './train-seed.ts'
import { splitNames } from './training-config.ts'
import type { SplitName, TrainingConfig } from './training-config.ts'
import type { EpochRecord } from './training-state.ts'

/** Labels in force of the students that a training was given, by where they came from. */
export interface LabelState {
  readonly imported: number
  readonly confirmed: number
  readonly adjudicated: number
  /** Confirmed and adjudicated ones by annotator. */
  readonly annotators: Readonly<Record<string, number>>
  /** The newest label of the project at that time, 0 where there was none. */
  readonly last_label_id: number
}

/** What of a run only Lectern knows; goes under the key `lectern` of results.json. */
export interface Provenance {
  readonly version: string
  /** Of all sittings that made its epochs, oldest first. */
  readonly versions: readonly string[]
  readonly lock_file_sha256: string | null
  readonly features_sha256: Readonly<Record<SplitName, string>>
  /** What the labels were, where Lectern wrote the data from a project. */
  readonly label_state: LabelState | 'as in the feature files'
  /** Set where somebody ended the training before its last epoch. */
  readonly stopped_after_epoch?: number
  readonly class_weights: readonly number[]
  readonly leakage: Leakage | null
  /** Identifies configuration and data: what a resumed run must share. */
  readonly fingerprint: string
}

export interface ResultsContext {
  readonly model: string
  readonly config: TrainingConfig
  /** The configuration file, absolute. */
  readonly configFile: string
  readonly device: string
  readonly timestamp: string
  readonly provenance: Provenance
}

/** `results.json` of one seed, keys and units as RAFNet writes them. */
export interface SeedResults {
  readonly model: string
  readonly seed: number
  readonly best_epoch: number
  readonly best_val_macro_f1_no_null: number
  readonly test_macro_f1: number
  readonly test_macro_f1_no_null: number
  readonly test_accuracy: number
  readonly test_accuracy_no_null: number
  readonly test_loss: number
  readonly lectern: Provenance
  readonly [key: string]: unknown
}

export function seedResults(context: ResultsContext, seed: number, result: SeedResult): SeedResults {
  const { config } = context
  const { options } = config
  const weighting = options.classWeighting
  const modalities = config.head.modalities.map(({ name }) => name)
  const perSplit = <Value>(value: (split: SplitName) => Value) =>
    Object.fromEntries(splitNames.map((split) => [split, value(split)]))
  return {
    model: context.model,
    seed,
    best_epoch: result.bestEpoch,
    best_val_macro_f1_no_null: result.bestMetric,
    best_val_macro_f1: Math.max(...result.history.map(({ val }) => val.macroF1)),
    test_macro_f1: result.test.macroF1,
    test_macro_f1_no_null: result.test.macroF1NoNull,
    test_accuracy: result.test.accuracy,
    test_accuracy_no_null: result.test.accuracyNoNull,
    test_loss: result.test.loss,
    timestamp: context.timestamp,
    device: context.device,
    git_commit: 'N/A',
    pixi_lock_hash: 'N/A',
    config_path: context.configFile,
    feature_tag: 'N/A',
    feature_modalities: [],
    dataset_features_path: perSplit((split) => config.features[split]),
    dataset_modalities: perSplit(() => modalities),
    class_weighting: {
      method: weighting?.method ?? null,
      beta: weighting?.method === 'effective_num' ? weighting.beta : null,
      null_weight_factor: weighting?.nullWeightFactor ?? null,
    },
    focal_gamma: options.focalGamma,
    null_class_idx: options.nullIndex,
    primary_metric_key: options.nullIndex === null ? 'macro_f1' : 'macro_f1_no_null',
    contrastive: {
      enabled: options.contrastive !== null,
      weight: options.contrastive?.weight ?? 0,
      temperature: options.contrastive?.temperature ?? 0.2,
    },
    lectern: context.provenance,
  }
}

/** `training_history.json`. */
export const trainingHistory = (history: readonly EpochRecord[]) => ({
  train: history.map(({ epoch, train }) => ({ epoch, loss: train.loss, accuracy: train.accuracy })),
  val: history.map(({ epoch, val }) => ({
    epoch,
    loss: val.loss,
    macro_f1: val.macroF1,
    macro_f1_no_null: val.macroF1NoNull,
    accuracy: val.accuracy,
    accuracy_no_null: val.accuracyNoNull,
  })),
})
