import { z } from 'zod'
import type { AppErrorData } from './app-error.ts'
import type { ModelInfo } from './models.ts'
import { call, stream } from './procedure.ts'
import { id, name, nothing, path } from './schemas.ts'
import type { Finding, Omission } from './summary.ts'

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

/** Where trainings run, whatever runs the models. */
export const trainingDevice = 'cpu'

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
  | {
      readonly kind: 'seed'
      readonly seed: number
      readonly position: number
      readonly resumedAfterEpoch: number
      /** The epochs before, in a training that goes on. */
      readonly history: readonly TrainingEpoch[]
    }
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
  /** Its supervised contrastive loss; null without. */
  readonly contrastive: ContrastiveLoss | null
}

/** Draws the logits of students of one class together: added to the loss, times `weight`. 0 turns it off. */
const contrastive = z.object({
  weight: z.number().min(0).max(10),
  /** What similarities are divided by: the smaller, the more the most similar students count. */
  temperature: z.number().min(0.01).max(10),
})
export type ContrastiveLoss = z.output<typeof contrastive>

/** The paper's (D). */
export const usualContrast: ContrastiveLoss = { weight: 0.05, temperature: 0.2 }
/** Labels mixed by Beta(0.2, 0.2) stay mostly their own (Zhang and others 2018). */
export const usualMixupAlpha = 0.2

/** Where a training's students come from. */
const data = z.discriminatedUnion('kind', [
  /** Feature pickles of RAFNet. */
  z.object({ kind: z.literal('files'), train: path, val: path, test: path }),
  /** What the configuration itself names (`datasets`). */
  z.object({ kind: z.literal('config') }),
  /** Students of the open project with a label in force. */
  z.object({
    kind: z.literal('project'),
    /** `imported`: the splits that scenes already belong to; `made`: a split made for this training. */
    splits: z.enum(['imported', 'made']).default('made'),
    /** What never lies on two sides. */
    together: z.enum(['scene', 'room', 'date']).default('scene'),
    /** Shares of the students; they need not sum to 1. */
    shares: z
      .object({ train: z.number().positive(), val: z.number().positive(), test: z.number().positive() })
      .default({ train: 0.7, val: 0.15, test: 0.15 }),
    splitSeed: z.int().nonnegative().default(41),
    /** Leave out labels that were only imported. */
    onlyConfirmed: z.boolean().default(false),
  }),
])
export type TrainingData = z.infer<typeof data>

/** What is trained: one of the paper's configurations, RAFNet's own YAML, or a head on modalities of one's choice. */
const recipe = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('preset'), preset: name }),
  z.object({ kind: z.literal('config'), config: path, root: path }),
  z.object({
    kind: z.literal('head'),
    /** RAFNet's family name. */
    family: name,
    /** Feature modalities that are fused, in order. */
    modalities: z.array(name).min(1).max(8),
    /** Give the graph the boxes and photos (`bbox_ctx`, `img_uid`); only graph families take them. */
    spatial: z.boolean().default(false),
    lossTuned: z.boolean().default(true),
  }),
])
export type TrainingRecipe = z.infer<typeof recipe>

const plan = z.object({ recipe, data })
/** What null leaves is as the recipe has it. */
const order = plan.extend({
  /** Name of the training and of its run folder; null names it after the recipe. */
  name: name.nullable().default(null),
  seeds: z.array(z.int().nonnegative()).min(1).max(50).nullable().default(null),
  epochs: z.int().positive().max(10_000).nullable().default(null),
  batchSize: z.int().positive().max(65_536).nullable().default(null),
  learningRate: z.number().positive().nullable().default(null),
  contrastive: contrastive.nullable().default(null),
  /** α of mixup's Beta(α, α), by which every student also counts as another of its batch; 0 turns it off. */
  mixupAlpha: z.number().min(0).max(10).nullable().default(null),
})
export type TrainingOrder = z.input<typeof order>

/** One side of the data of a training. */
export interface SplitPlan {
  readonly scenes: number
  readonly students: number
  /** [classes] */
  readonly classCounts: readonly number[]
}

/** Photos of a project that look alike, as far as they were compared. */
export interface SceneTies {
  /** Scenes that are copies of another, or look all but the same. */
  readonly scenes: number
  /** What they make: no group lies on two sides of a split that Lectern makes. */
  readonly groups: number
  /** Scenes whose photo was not compared with the others yet. */
  readonly notCompared: number
}

/** What a training would be made of, told before hours are spent. */
export interface TrainingPlan {
  readonly model: string
  readonly family: string
  readonly modalities: readonly string[]
  readonly splits: { readonly train: SplitPlan; readonly val: SplitPlan; readonly test: SplitPlan }
  readonly omitted: readonly Omission[]
  readonly findings: readonly Finding[]
  readonly leakage: Leakage | null
  /** Scenes that were kept together for their photos; null where Lectern did not make the split. */
  readonly ties: SceneTies | null
  /** Why it cannot be trained, or null. */
  readonly problem: AppErrorData | null
}

/**
 * `paused` keeps what was learnt and goes on from there, also after the program was closed or crashed; `stopped` has tested the best epochs
 * it had and is over.
 */
export type TrainingState = 'queued' | 'running' | 'paused' | 'stopped' | 'done' | 'failed'

export interface SeedProgress {
  readonly seed: number
  /** Epochs that are complete. */
  readonly epochs: number
  readonly bestEpoch: number
  readonly bestValMacroF1NoNull: number
  readonly ended: boolean
}

/** One training of the project's queue, oldest first. */
export interface TrainingInfo {
  readonly id: number
  readonly name: string
  readonly family: string
  readonly modalities: readonly string[]
  readonly state: TrainingState
  readonly order: z.output<typeof order>
  /** Absolute. */
  readonly outputFolder: string
  readonly seeds: readonly SeedProgress[]
  readonly epochs: number
  /** Steps of the running epoch. */
  readonly step: { readonly done: number; readonly total: number } | null
  readonly msPerEpoch: number | null
  readonly students: { readonly train: number; readonly val: number; readonly test: number } | null
  readonly findings: readonly Finding[]
  readonly leakage: Leakage | null
  readonly summary: TrainingSummary | null
  readonly error: AppErrorData | null
  readonly createdAt: string
  readonly endedAt: string | null
  /** Models that were made of it. */
  readonly modelIds: readonly number[]
}

export interface TrainingCurve {
  readonly seed: number
  readonly records: readonly TrainingEpoch[]
}

/** A baseline of the paper, on the test split; rates in percent. */
export interface BaselineResult {
  /** As `logistic_convnext`. */
  readonly name: string
  readonly modalities: readonly string[]
  readonly macroF1: number
  readonly macroF1NoNull: number
  readonly accuracy: number
  readonly accuracyNoNull: number
  readonly elapsedMs: number
}

export type BaselineMessage =
  | { readonly kind: 'start'; readonly baselines: readonly string[]; readonly plan: TrainingPlan }
  | { readonly kind: 'result'; readonly result: BaselineResult }
  | { readonly kind: 'end'; readonly results: readonly BaselineResult[]; readonly files: readonly string[] }

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
  /** What a training would be made of; nothing is written. Of the vectors only the first are looked at, the rest when it starts. */
  plan: call(plan.extend({ batchSize: order.shape.batchSize }))<TrainingPlan>(),
  /** Puts a training at the end of the open project's queue; refuses what `plan` calls a problem. */
  enqueue: call(order)<TrainingInfo>(),
  /** The queue, whenever something of it changes. */
  watch: stream(nothing)<readonly TrainingInfo[]>(),
  curves: call(z.object({ trainingId: id }))<readonly TrainingCurve[]>(),
  pause: call(z.object({ trainingId: id }))<null>(),
  resume: call(z.object({ trainingId: id }))<null>(),
  /** Ends a training early: the best epoch so far of every seed that began is tested and kept. */
  stop: call(z.object({ trainingId: id }))<null>(),
  /** Forgets a training that does not run, its run folder too. */
  remove: call(z.object({ trainingId: id }))<null>(),
  /** Makes models of trained seeds and runs them on the project; null takes the seed with the best val macro F1 (no-null). */
  adopt: call(z.object({ trainingId: id, seeds: z.array(z.int().nonnegative()).min(1).nullable().default(null) }))<
    readonly ModelInfo[]
  >(),
  /** The external baselines of the paper on the same splits, features standardised on train; null computes all that the modalities allow. */
  baselines: stream(
    z.object({
      data,
      /** RAFNet's YAML, where the data are what it names. */
      config: path.nullable().default(null),
      root: path.nullable().default(null),
      names: z.array(name).min(1).nullable().default(null),
      seed: z.int().nonnegative().default(41),
      /** Folder for baselines.json and baselines.csv; null writes nothing. */
      out: path.nullable().default(null),
    }),
  )<BaselineMessage>(),
}
