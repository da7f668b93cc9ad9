import { z } from 'zod'
import { call, stream } from '#shared/contract/procedure.ts'
import { path } from '#shared/contract/schemas.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type {
  BaselineResult,
  ContrastiveLoss,
  Leakage,
  SplitPlan,
  TrainingMessage,
  TrainingPreset,
  TrainingRecipe as Recipe,
} from '#shared/contract/training.ts'
import type { PlainFeatures } from '#main/exchange/rafnet/write-plain-features.ts'
import type { WriteModality } from '#main/exchange/rafnet/write-plan.ts'
import type { Baseline } from '#main/training/baselines/baseline-list.ts'
import type { LabelState } from '#main/training/run-results.ts'
import type { SplitScene } from '#main/training/splits/group-scenes.ts'
import type { SplitName } from '#main/training/training-config.ts'
import type { Progress } from './protocol.ts'

const plain = <Value>() => z.custom<Value>((value) => typeof value === 'object' && value !== null)

const trainInput = z.object({
  /** RAFNet's YAML. */
  config: path,
  /** Where relative paths start. */
  root: path,
  seeds: z.array(z.int().nonnegative()).min(1).nullable(),
  outputFolder: path.nullable(),
  resume: z.boolean(),
  /** For results.json. */
  appVersion: z.string(),
  lockFileSha256: z.string().nullable(),
  /** null where the labels are those of the files. */
  labelState: plain<LabelState>().nullable().default(null),
  /** Photos on two sides that their names do not show; null where there are none. */
  leakage: plain<Leakage>().nullable().default(null),
  /** Names this training for `stop`; null for one that nobody stops. */
  token: z.string().nullable().default(null),
  /** Trains nothing more: tests and keeps what an interrupted training left. */
  finish: z.boolean().default(false),
})
export type TrainInput = z.output<typeof trainInput>

/** What is trained, on which kind of data, and what was changed of it. */
export interface RecipeRequest {
  readonly recipe: Recipe
  readonly data:
    | {
        readonly kind: 'project'
        /** In class order, the class of ambiguous students called Null. */
        readonly labelNames: readonly string[]
        readonly modalities: readonly { readonly name: string; readonly width: number }[]
      }
    | ({ readonly kind: 'files' } & Readonly<Record<SplitName, string>>)
    | { readonly kind: 'config' }
  readonly changes: {
    readonly seeds: readonly number[] | null
    readonly epochs: number | null
    readonly batchSize: number | null
    readonly learningRate: number | null
    readonly contrastive: ContrastiveLoss | null
    /** α of mixup's Beta(α, α). */
    readonly mixupAlpha: number | null
  }
}

export interface RecipeDescription {
  /** What a training of it is called unless somebody names it. */
  readonly name: string
  readonly family: string
  readonly classes: number
  readonly modalities: readonly {
    readonly name: string
    readonly width: number
    readonly role: 'feature' | 'box' | 'scene'
  }[]
  readonly seeds: readonly number[]
  readonly epochs: number
  readonly findings: readonly Finding[]
}

/** What feature files hold, vectors aside. */
export interface ExaminedFiles {
  readonly splits: Readonly<Record<SplitName, SplitPlan>>
  readonly findings: readonly Finding[]
  readonly leakage: Leakage | null
}

export interface UnfitRows {
  /** Rows that were looked at, from the first on. */
  readonly checked: number
  /** Those that hold NaN or an infinity in any modality, ascending. */
  readonly rows: readonly number[]
}

export interface SplitRequest {
  readonly scenes: readonly (SplitScene & { readonly path: string })[]
  readonly labelNames: readonly string[]
  /** Sides that the scenes have already, [scenes]; null makes them. */
  readonly given: readonly SplitName[] | null
  readonly together: 'scene' | 'room' | 'date'
  readonly shares: Readonly<Record<SplitName, number>>
  readonly seed: number
}

export interface SplitAnswer extends ExaminedFiles {
  /** Scenes that are copies of each other or look all but the same, and how many groups they make. */
  readonly alike: { readonly scenes: number; readonly groups: number }
  /** [scenes] */
  readonly sides: readonly SplitName[]
}

export interface PrepareRequest {
  readonly request: RecipeRequest
  /** Name of the configuration and of the run folder. */
  readonly name: string
  /** Gets `<name>.yaml` and, for students of a project, `data/{train,val,test}.pkl`. */
  readonly folder: string
  readonly splits: Readonly<Record<SplitName, PlainFeatures>> | null
}

/** Students of a project as baselines take them. */
export interface BaselineStudents {
  readonly modalities: readonly WriteModality[]
  /** [rows] */
  readonly labels: Int32Array
}

export interface BaselineRequest {
  readonly baselines: readonly Baseline[]
  /** Says which classes there are and, without `students`, where they lie. */
  readonly request: RecipeRequest
  readonly students: { readonly train: BaselineStudents; readonly test: BaselineStudents } | null
  readonly seed: number
  /** Gets `baselines.json` and `baselines.csv`; null writes nothing. */
  readonly out: string | null
}

export type BaselineStep =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'result'; readonly result: BaselineResult }
  | { readonly kind: 'end'; readonly files: readonly string[] }

export const trainingContract = {
  /** Trains every seed of a configuration and writes its run folder. */
  run: stream(trainInput)<TrainingMessage>(),
  /** Lets a running training end early and keep what it has; it says so by its end. */
  stop: call(z.object({ token: z.string() }))<null>(),
  presets: call(z.object({}).strict())<readonly TrainingPreset[]>(),
  /** Reads and checks what is to be trained. `students`: how many there are to train on, where that is known. */
  describe: call(
    z.object({ request: plain<RecipeRequest>(), students: z.int().nullable().default(null) }),
  )<RecipeDescription>(),
  /** Counts the students of files that are trained on, without their vectors. */
  examine: call(z.object({ request: plain<RecipeRequest>() }))<ExaminedFiles>(),
  /** Which rows no head can be trained on; looks at `limitBytes` of vectors at most, null at all. */
  findUnfit: call(
    z.object({ modalities: plain<readonly WriteModality[]>(), limitBytes: z.number().nullable() }),
  )<UnfitRows>(),
  split: call(plain<SplitRequest>())<SplitAnswer>(),
  /** Writes what a training reads. */
  prepare: stream(plain<PrepareRequest>())<Progress<null>>(),
  /** Modalities of vectors that a feature pickle holds. */
  modalitiesOf: call(z.object({ file: path }))<readonly { readonly name: string; readonly width: number }[]>(),
  /** The baselines that modalities allow, or those of them that are named. */
  baselinesOf: call(z.object({ modalities: z.array(z.string()), names: z.array(z.string()).nullable() }))<
    readonly Baseline[]
  >(),
  /** Fits the paper's baselines on train and judges them on test. */
  baselines: stream(plain<BaselineRequest>())<BaselineStep>(),
}
