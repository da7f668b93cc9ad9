import { z } from 'zod'
import type { Assumption, ModelModality, ProviderPanel } from '#shared/contract/models.ts'
import { call, stream } from '#shared/contract/procedure.ts'
import { device, path } from '#shared/contract/schemas.ts'
import type { TrainingMessage, TrainingPreset } from '#shared/contract/training.ts'
import { extractionContract } from './extraction/extraction-contract.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import type { WrittenPickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import type { FeatureWritePlan } from '#main/exchange/rafnet/write-plan.ts'
import type { SplitTable } from '#main/exchange/rafnet/split-table.ts'
import { detectionContract } from './detection/detection-contract.ts'

export type {
  DetectionMessage,
  DetectorSource,
  EmbeddingMessage,
  SceneDetection,
} from './detection/detection-contract.ts'
export type {
  ExtractionInput,
  ExtractionMessage,
  ExtractionScene,
  MeasuredCosine,
  WeightsDescription,
} from './extraction/extraction-contract.ts'

/** A head as it lies on disk. `chosen` holds what the user decided for parameters that no file gives. */
const modelSource = z.object({
  file: path,
  config: path.nullable(),
  chosen: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  /** Whether the project has boxes: graph heads without a config are then taken to use them. */
  hasBoxes: z.boolean(),
  /** The project's features: inputs of a user's .onnx and modalities of a cross-attention head are told by them. */
  modalities: z.array(z.object({ name: z.string(), width: z.int().positive() })).optional(),
})
export type ModelSource = z.infer<typeof modelSource>

export interface ModelDescription {
  readonly sha256: string
  readonly family: string
  readonly classes: number
  readonly modalities: readonly ModelModality[]
  readonly gateModalities: readonly string[]
  readonly assumptions: readonly Assumption[]
}

/** One modality of the students to predict: row numbers into a contiguous file of vectors. */
export interface VectorRows {
  readonly name: string
  readonly file: string
  readonly width: number
  /** numpy dtype without byte order, as `f4`; files are little-endian. */
  readonly dtype: string
  /** [students] */
  readonly rows: Uint32Array
}

/** Students grouped by scene: scene s holds students `sceneOffsets[s]` to `sceneOffsets[s + 1]`. */
export interface StudentBatchInput {
  readonly vectors: readonly VectorRows[]
  /** [students, 4] cx, cy, w, h as RAFNet stores them; null where a scene's size is unknown. */
  readonly boxesNormalised: Float64Array | null
  /** [scenes + 1] */
  readonly sceneOffsets: Uint32Array
}

export type PredictMessage =
  | { readonly kind: 'start'; readonly provider: string; readonly reason: string; readonly classes: number }
  | {
      readonly kind: 'batch'
      /** Position of the first student in the input. */
      readonly first: number
      readonly count: number
      /** [count, classes] */
      readonly logits: Float32Array
      /** [count, gate modalities], null for heads without a gate. */
      readonly gate: Float32Array | null
    }
  | { readonly kind: 'end'; readonly msPerStudent: number }

/** What a spatial graph used for one scene: [students, k] positions in the scene and their softmax weights. */
export interface SceneNeighbours {
  readonly k: number
  readonly positions: Int32Array
  readonly weights: Float32Array
}

export type Progress<Result> =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number | null }
  | { readonly kind: 'result'; readonly result: Result }

export interface PhotoFacts {
  readonly file: string
  /** Size of the upright image, after EXIF rotation; null where the file is no readable photo. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null
  readonly sha256: string
  /** Date and time the camera recorded (EXIF DateTimeOriginal), ISO 8601 without zone, or null. */
  readonly takenAt: string | null
  /** Why the file is no readable photo, or null. */
  readonly problem: string | null
}

const studentBatchInput = z.custom<StudentBatchInput>((value) => typeof value === 'object' && value !== null)
const boxMark = z.object({
  box: z.object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() }),
  colour: z.string(),
  text: z.string(),
  wrong: z.boolean(),
})

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
})
export type TrainInput = z.infer<typeof trainInput>

/** What main asks of the compute process: files are read and written there, main never blocks on them. */
export const computeContract = {
  models: {
    describe: call(modelSource)<ModelDescription>(),
    predict: stream(
      z.object({
        model: modelSource,
        device,
        /** `scene` forwards every photo on its own; `rafnet:<n>` groups n consecutive rows, as RAFNet's evaluation does. */
        batching: z.string().default('scene'),
        students: studentBatchInput,
      }),
    )<PredictMessage>(),
    neighbours: call(z.object({ model: modelSource, device, students: studentBatchInput }))<SceneNeighbours | null>(),
    /** Tries every provider that this build knows with a small graph and compares it with the CPU. */
    providers: call(z.object({}).strict())<ProviderPanel>(),
  },
  training: {
    /** Trains every seed of a configuration and writes its run folder. */
    run: stream(trainInput)<TrainingMessage>(),
    presets: call(z.object({}).strict())<readonly TrainingPreset[]>(),
  },
  extraction: extractionContract,
  features: {
    /** Parses a feature pickle, writes each modality's vectors to `<outFolder>/<modality>.bin`, answers with the rest. */
    read: stream(z.object({ file: path, contextFile: path.nullable(), outFolder: path }))<Progress<FeatureTable>>(),
    readSplit: stream(z.object({ file: path }))<Progress<SplitTable>>(),
    write: stream(
      z.object({ plan: z.custom<FeatureWritePlan>((value) => typeof value === 'object' && value !== null), out: path }),
    )<Progress<WrittenPickle>>(),
  },
  detection: detectionContract,
  photos: {
    /** Facts of each file, in order, some at a time. */
    inspect: stream(z.object({ files: z.array(path) }))<readonly PhotoFacts[]>(),
    /** Writes an upright JPEG whose longer side is `longerSidePx`. */
    thumbnail: call(z.object({ file: path, out: path, longerSidePx: z.int().positive().max(4096) }))<null>(),
    /** JPEG bytes of one region of the upright photo, its longer side at most `longerSidePx`. */
    crop: call(
      z.object({
        file: path,
        region: z.object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() }),
        longerSidePx: z.int().positive().max(4096),
      }),
    )<Uint8Array>(),
    /** JPEG bytes of the whole photo with boxes drawn on it; `pixelate` hides the upper 45 % of every box. */
    annotate: call(
      z.object({
        file: path,
        marks: z.array(boxMark),
        pixelate: z.boolean(),
        longerSidePx: z.int().positive().max(8192),
      }),
    )<Uint8Array>(),
    /**
     * JPEG bytes of the upright photo where a browser would not show the file itself upright (TIFF; PNG and WebP whose
     * EXIF orientation Chromium leaves out); null where the file can be served as it is.
     */
    transcode: call(z.object({ file: path }))<Uint8Array | null>(),
  },
}
export type ComputeContract = typeof computeContract
