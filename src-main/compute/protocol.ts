import { z } from 'zod'
import type { Assumption, HeadExport, ModelModality, ProviderPanel } from '#shared/contract/models.ts'
import { call, stream } from '#shared/contract/procedure.ts'
import { device, path } from '#shared/contract/schemas.ts'
import { extractionContract } from './extraction/extraction-contract.ts'
import type { FeatureTable } from '#main/exchange/rafnet/feature-table.ts'
import type { PlainFeatures } from '#main/exchange/rafnet/write-plain-features.ts'
import type { WrittenPickle } from '#main/exchange/rafnet/write-feature-pickle.ts'
import type { FeatureWritePlan } from '#main/exchange/rafnet/write-plan.ts'
import type { SplitTable } from '#main/exchange/rafnet/split-table.ts'
import { learningContract } from './learn-protocol.ts'
import { trainingContract } from './training-protocol.ts'

export type { LearnInput, LearnOutcome } from './learn-protocol.ts'

export type {
  BaselineRequest,
  PrepareRequest,
  RecipeDescription,
  RecipeRequest,
  SplitAnswer,
  TrainInput,
} from './training-protocol.ts'
import { detectionContract } from './detection/detection-contract.ts'

export { yoloCard } from './detection/yolo-card.ts'
export { yoloxCardOf } from './detection/yolox-card.ts'
export type { YoloCard } from './detection/yolo-card.ts'
export type {
  DetectionMessage,
  DetectorSource,
  EmbeddingMessage,
  SceneDetection,
} from './detection/detection-contract.ts'
export type {
  DrawsInput,
  ExtractionMessage,
  MeasuredCosine,
  NetworkVectors,
  StartedNetwork,
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

/** A contiguous file of vectors; little-endian. */
export interface VectorFile {
  readonly file: string
  /** numpy dtype without byte order, as `f4`. */
  readonly dtype: string
}

/** One modality of the students to predict: row numbers into files of vectors. */
export interface VectorRows {
  readonly name: string
  readonly width: number
  readonly files: readonly VectorFile[]
  /** Which of `files` holds each student's vector; null where there is only one. [students] */
  readonly fileOf: Uint16Array | null
  /** [students] */
  readonly rows: Uint32Array
}

/**
 * Students grouped by scene: scene s holds students `sceneOffsets[s]` to `sceneOffsets[s + 1]`. For RAFNet's batches they stand in the
 * order of their rows in the files instead, and runs of one scene are then told to belong together by `sceneIds`.
 */
export interface StudentBatchInput {
  readonly vectors: readonly VectorRows[]
  /** [students, 4] cx, cy, w, h as RAFNet stores them; null where a scene's size is unknown. */
  readonly boxesNormalised: Float64Array | null
  /** [scenes + 1] */
  readonly sceneOffsets: Uint32Array
  /** Runs with equal ids are one scene; left out where each is one of its own. [scenes] */
  readonly sceneIds?: Uint32Array
}

/** One modality's vector of every student, put in place of their own. */
export interface VectorReplacement {
  readonly modality: string
  /** [width] */
  readonly vector: Float32Array
}

/** A student that no model can judge, and why. */
export interface LeftOutStudent {
  /** Position in the input. */
  readonly position: number
  readonly reason: string
}

export type PredictMessage =
  | { readonly kind: 'start'; readonly provider: string; readonly reason: string; readonly classes: number }
  | {
      readonly kind: 'batch'
      /** Position of the first student in the input. */
      readonly first: number
      /** Students of the input from `first` on that this batch is about, those left out included. */
      readonly count: number
      /** Those of them who were not fed to the model, not even as somebody's neighbour; they have no row below. */
      readonly leftOut: readonly LeftOutStudent[]
      /** [count − left out, classes] */
      readonly logits: Float32Array
      /** [count − left out, gate modalities], null for heads without a gate. */
      readonly gate: Float32Array | null
    }
  | { readonly kind: 'end'; readonly msPerStudent: number }

/** What a spatial graph used for one scene: [students, k] positions in the scene and their softmax weights. */
export interface SceneNeighbours {
  readonly k: number
  readonly positions: Int32Array
  readonly weights: Float32Array
}

/** What a model says of one student. */
export interface Answer {
  /** [classes] */
  readonly logits: Float32Array
  /** [gate modalities], null for heads without a gate. */
  readonly gate: Float32Array | null
}

/** What a model would say of one student if something were different, each computed by running it. */
export interface StudentExplanation {
  readonly answer: Answer
  /** Neighbours of the graph by position in the scene, strongest first, and the answer for a scene without each. */
  readonly neighbours: readonly { readonly position: number; readonly weight: number; readonly without: Answer }[]
  /** The answer with this student's vector of one modality replaced, by zeros and by the mean that was given. */
  readonly modalities: readonly { readonly modality: string; readonly zeros: Answer; readonly mean: Answer }[]
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

export interface PhotoLook {
  /** See images/perceptual-hash.ts; null where the photo shows next to nothing, or has a problem. */
  readonly bits: Uint8Array | null
  /** Why the photo cannot be decoded, or null. */
  readonly problem: string | null
}

/** A modality's mean; `rows` counts the vectors it was taken over, and zeros stand where there are none. */
export interface VectorMean extends VectorReplacement {
  readonly rows: number
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const vectorRows = z.custom<VectorRows>(isObject)
const vectorReplacement = z.custom<VectorReplacement>(isObject)
const studentBatchInput = z.custom<StudentBatchInput>((value) => typeof value === 'object' && value !== null)
const boxMark = z.object({
  box: z.object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() }),
  colour: z.string(),
  text: z.string(),
  wrong: z.boolean(),
})

/** What main asks of the compute process: files are read and written there, main never blocks on them. */
export const computeContract = {
  models: {
    describe: call(modelSource)<ModelDescription>(),
    predict: stream(
      z.object({
        model: modelSource,
        device,
        /**
         * `scene` forwards every photo on its own; `rafnet:<n>` groups n consecutive rows of a file, as RAFNet's evaluation does: a
         * student's batch is told by the row of its first modality.
         */
        batching: z.string().default('scene'),
        students: studentBatchInput,
        replacements: z.array(vectorReplacement).default([]),
      }),
    )<PredictMessage>(),
    neighbours: call(z.object({ model: modelSource, device, students: studentBatchInput }))<SceneNeighbours | null>(),
    explain: call(
      z.object({
        model: modelSource,
        device,
        /** Of the run to explain: a graph in RAFNet's batches reaches into other photos and is refused. */
        batching: z.string().default('scene'),
        /** One scene. */
        students: studentBatchInput,
        /** Of the student to explain. */
        position: z.int().nonnegative(),
        means: z.array(vectorReplacement),
      }),
    )<StudentExplanation>(),
    /** A head as a standalone .onnx, or as a checkpoint with its `config.yaml` beside it. */
    export: call(
      z.object({
        model: modelSource,
        format: z.enum(['onnx', 'pth']),
        out: path,
        /** Lectern's, written as the producer's. */
        version: z.string(),
        /** Names of the classes in the order of the logits, for whoever opens the file. */
        classNames: z.array(z.string()),
      }),
    )<HeadExport>(),
    /** Tries every provider that this build knows with a small graph and compares it with the CPU. */
    providers: call(z.object({}).strict())<ProviderPanel>(),
  },
  training: trainingContract,
  learning: learningContract,
  extraction: extractionContract,
  features: {
    /** Parses a feature pickle, writes each modality's vectors to `<outFolder>/<modality>.bin`, answers with the rest. */
    read: stream(z.object({ file: path, contextFile: path.nullable(), outFolder: path }))<Progress<FeatureTable>>(),
    readSplit: stream(z.object({ file: path }))<Progress<SplitTable>>(),
    /** Mean vector of each modality over its rows, those that hold NaN or an infinite value left out. */
    means: stream(z.object({ vectors: z.array(vectorRows) }))<Progress<readonly VectorMean[]>>(),
    write: stream(
      z.object({ plan: z.custom<FeatureWritePlan>((value) => typeof value === 'object' && value !== null), out: path }),
    )<Progress<WrittenPickle>>(),
    /** Writes a feature pickle that imitates no other file. Throws AppError `export.write-failed`. */
    writePlain: stream(z.object({ features: z.custom<PlainFeatures>(isObject), out: path }))<Progress<WrittenPickle>>(),
  },
  detection: detectionContract,
  photos: {
    /** Facts of each file, in order, some at a time. */
    inspect: stream(z.object({ files: z.array(path) }))<readonly PhotoFacts[]>(),
    /** What each file looks like, in order, some at a time; decoding takes its time. */
    look: stream(z.object({ files: z.array(path) }))<readonly PhotoLook[]>(),
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
