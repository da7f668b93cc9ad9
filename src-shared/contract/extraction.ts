import { z } from 'zod'
import type { AppErrorData } from './app-error.ts'
import { call } from './procedure.ts'
import { device, id, name, nothing, path } from './schemas.ts'
import type { Finding, Omission } from './summary.ts'

/** `detector`: photo → boxes; `appearance`: a student's crop → vector; `relation`: all students of a photo → vectors. */
export type WeightsKind = 'detector' | 'appearance' | 'relation'

/** What a weights file is, does and may be used for. */
export interface WeightsCard {
  readonly task: string
  readonly source: string
  readonly licence: string
  readonly input: string
  readonly output: string
}

export type Precision = 'float32' | 'int8' | 'float16'

/** A detector or extractor that this installation knows. Weights stay in the user's file; only what was found out about it is kept. */
export interface WeightsInfo {
  /** `nanodet` and `nanodet-embedding` come with Lectern; others are named by the start of their sha256. */
  readonly id: string
  readonly kind: WeightsKind
  readonly builtIn: boolean
  readonly name: string
  /** As `convnext`, `hrnet-group-relation`, `yolox`. */
  readonly family: string
  /** Absolute; null where a built-in file was not fetched. */
  readonly file: string | null
  readonly sha256: string | null
  readonly bytes: number | null
  readonly card: WeightsCard
  /** Name under which its vectors are kept by default; null for detectors. */
  readonly modality: string | null
  /** Width of its vectors; null for detectors. */
  readonly width: number | null
  /** Sizes read from the file, as `depths 3, 3, 27, 3`. */
  readonly sizes: readonly string[]
  readonly precisions: readonly Precision[]
  /** Why it cannot be used now and what helps (file gone or changed, never fetched), or null. */
  readonly problem: AppErrorData | null
}

/** A file that RAFNet's whole extractor needs, and where its authors publish it. */
export interface WantedWeights {
  readonly role: 'relation' | 'appearance' | 'detector'
  readonly title: string
  readonly fileName: string
  readonly publishedAt: string
  readonly bytes: number
  readonly licence: string
  readonly optional: boolean
  /** The weights that fill this role, or null. */
  readonly weightsId: string | null
}

export interface WeightsTest {
  readonly weightsId: string
  readonly provider: string
  readonly providerReason: string
  readonly elapsedMs: number
  /** Boxes found, or the width of the vector. */
  readonly found: number
  readonly finite: boolean
  /** Cosine of int8 vectors to float32 ones on the crop; null where int8 is not offered. */
  readonly int8Cosine: number | null
}

/**
 * GroupRec draws Gumbel noise at every inference, in its authors' extraction too: their features are one random draw.
 * `seed` makes the draw repeatable, `none` leaves the noise out, `mean` averages draws.
 */
export const noise = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('seed'), seed: z.int().nonnegative() }),
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('mean'),
    draws: z.int().min(2).max(1000),
    seed: z.int().nonnegative().default(0),
  }),
])
export type Noise = z.infer<typeof noise>

/** A photo that failed alone. */
export interface SceneFailure {
  readonly scene: string
  readonly error: AppErrorData
}

export interface DetectSummary {
  readonly weightsId: string
  readonly provider: string
  /** Scenes that got boxes, and those left alone because they had students or were done before. */
  readonly scenes: number
  readonly skipped: number
  readonly boxes: number
  /** Detected boxes that this detection replaced; nobody had touched them. */
  readonly replaced: number
  readonly msPerScene: number
  readonly failed: readonly SceneFailure[]
  readonly findings: readonly Finding[]
}

export interface EmbedSummary {
  readonly weightsId: string
  readonly modality: string
  readonly width: number
  readonly provider: string
  readonly scenes: number
  /** Scenes whose students all had this producer's vectors already. */
  readonly skipped: number
  readonly students: number
  /** The network's own time: a photo may be decoded for several. */
  readonly msPerStudent: number
  /** Students left out, by reason. */
  readonly omitted: readonly Omission[]
  readonly failed: readonly SceneFailure[]
  readonly findings: readonly Finding[]
}

/** How much a head's predictions move with GroupRec's noise: the same scenes under several draws. */
export interface NoiseStudy {
  readonly draws: number
  readonly students: number
  /** Students whose predicted class is not the same in all draws. */
  readonly unstable: number
  /** By the class that most draws gave. */
  readonly classes: readonly { readonly classIndex: number; readonly students: number; readonly unstable: number }[]
  /** Accuracy of each draw against the labels in force, percent; empty where nobody labelled. */
  readonly accuracies: readonly number[]
  /** Largest distance of a later draw's vector from the first one's, relative to its length, mean over students. */
  readonly meanVectorDistance: number
}

/** Result of "Run RAFNet on this folder". */
export interface ExtractSummary {
  readonly detect: DetectSummary | null
  readonly embeds: readonly EmbedSummary[]
  /** Run of the chosen head, or null. */
  readonly runId: number | null
  readonly file: string | null
  /** What made the vectors, beside `file`; null where all of them came from files. */
  readonly recordFile: string | null
}

const where = z.object({ sceneIds: z.array(id).nullable().default(null) })

export const extraction = {
  /** Built-in weights first, then the user's. */
  weights: call(nothing)<readonly WeightsInfo[]>(),
  wanted: call(nothing)<readonly WantedWeights[]>(),
  /** Recognises a file by its parameter names, without keeping it; refuses with the reason. */
  inspectWeights: call(z.object({ file: path }))<WeightsInfo>(),
  addWeights: call(z.object({ file: path, name: name.nullable().default(null) }))<WeightsInfo>(),
  /** Forgets a file; the file itself and vectors made with it stay. */
  removeWeights: call(z.object({ weightsId: name }))<null>(),
  /** Runs it once, on a photo of the project or on a synthetic one. */
  testWeights: call(z.object({ weightsId: name, device }))<WeightsTest>(),
  /**
   * Finds students. A scene with imported or drawn boxes is left alone; `replace` also renews detected boxes that nobody labelled or
   * moved. NanoDet's embeddings are kept in the same pass.
   */
  detect: call(
    where.extend({
      weightsId: name.default('nanodet'),
      setting: z.enum(['accurate', 'fast']).default('accurate'),
      replace: z.boolean().default(false),
      device,
    }),
  )<DetectSummary>(),
  /** Takes back detected boxes that nobody labelled or moved. */
  discardDetections: call(where)<{ readonly students: number }>(),
  /** Vectors of every student; scenes that are done are skipped, so an interrupted extraction goes on. */
  embed: call(
    where.extend({
      weightsId: name,
      modality: name.nullable().default(null),
      noise: noise.default({ kind: 'seed', seed: 0 }),
      precision: z.enum(['float32', 'int8', 'float16']).default('float32'),
      /** Vectors of the same modality from another producer are replaced instead of refused. */
      replace: z.boolean().default(false),
      device,
    }),
  )<EmbedSummary>(),
  /** The same scenes under several draws of GroupRec's noise; the report tells the last one. */
  noiseStudy: call(
    where.extend({ weightsId: name, modelId: id, draws: z.int().min(2).max(100).default(20), device }),
  )<NoiseStudy>(),
  /** Photos → boxes → vectors → predictions, each step only where it is still missing. */
  extract: call(
    where.extend({
      detector: name.nullable().default(null),
      relation: name.nullable().default(null),
      appearance: name.nullable().default(null),
      noise: noise.default({ kind: 'seed', seed: 0 }),
      modelId: id.nullable().default(null),
      /** Feature pickle to write at the end; null writes none. */
      out: path.nullable().default(null),
      device,
    }),
  )<ExtractSummary>(),
}
