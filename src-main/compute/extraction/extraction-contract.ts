import { z } from 'zod'
import { call, stream } from '#shared/contract/procedure.ts'
import { noise } from '#shared/contract/extraction.ts'
import { device, path } from '#shared/contract/schemas.ts'
import type { Preprocessing } from '#main/onnx/extractors/extractor.ts'

/** What Lectern knows of a file of weights that turns students of photos into vectors. */
interface DescribedWeights {
  readonly family: string
  /** Length of a student's vector. */
  readonly width: number
  /** Depths, widths and the like, read from the file. */
  readonly sizes: Readonly<Record<string, readonly number[]>>
  /** Numbers that the network uses. */
  readonly parameters: number
  readonly sha256: string
  readonly bytes: number
  /** What the weights are stored as: `float32`, or several types side by side. */
  readonly dtype: string
  /** What it can be run in; int8 on the CPU only, float16 on a GPU only. */
  readonly precisions: readonly Precision[]
}

export interface AppearanceDescription extends DescribedWeights {
  readonly kind: 'appearance'
  /** Whose parameter names: `torchvision`, `timm`. */
  readonly naming: string
  readonly preprocessing: Preprocessing
}

/** GroupRec's network, which sees all students of a scene together. */
export interface RelationDescription extends DescribedWeights {
  readonly kind: 'relation'
}

/** A network of another kind joins here under a `kind` of its own. */
export type WeightsDescription = AppearanceDescription | RelationDescription

const precision = z.enum(['float32', 'int8', 'float16'])
export type Precision = z.infer<typeof precision>

const photo = z.object({
  file: path,
  /**
   * What names the scene for good, as its path relative to the photos: noise is drawn by it, so that a scene gets the same draw
   * alone and among others. The file's own name where it is left out.
   */
  name: z.string().optional(),
})

/** Corners x1, y1, x2, y2 in px of the upright photo for each student, as stored, even inverted; [n, 4]. */
const corners = z.custom<Float64Array>(
  (boxes) => boxes instanceof Float64Array && boxes.length % 4 === 0,
  'four numbers a student are needed',
)

const weights = z.object({ file: path })

const network = z.object({
  weights,
  precision: precision.default('float32'),
  /** For networks that draw random numbers; others leave it unread. Draw 0 of seed 0 where left out. */
  noise: noise.optional(),
})
export type ExtractionNetwork = z.infer<typeof network>

/** Most students that share one run of a network; activations take memory for each. */
const batch = z.int().positive().max(256).default(8)

const extractionInput = z
  .object({
    networks: z.array(network).min(1),
    device,
    /** `boxes` of the students that each network is shown, in the order of the networks; none where it has nothing to do. */
    scenes: z.array(photo.extend({ boxes: z.array(corners) })),
    batch,
  })
  .refine(
    ({ networks, scenes }) => scenes.every(({ boxes }) => boxes.length === networks.length),
    'every scene needs the boxes of each network',
  )
export type ExtractionInput = z.infer<typeof extractionInput>
export type ExtractionScene = ExtractionInput['scenes'][number]

const drawsInput = z.object({
  weights,
  device,
  scenes: z.array(photo.extend({ boxes: corners })),
  batch,
  seed: z.int().nonnegative().default(0),
  draws: z.int().min(2).max(1000),
})
export type DrawsInput = z.infer<typeof drawsInput>

export type DrawMessage =
  | {
      readonly kind: 'draw'
      /** Of the scene in the input. */
      readonly index: number
      readonly draw: number
      /** [n, width] */
      readonly vectors: Float32Array
    }
  | Extract<ExtractionMessage, { readonly kind: 'failed' | 'end' }>

/** How near vectors of a coarser precision come to those of float32, measured on crops of the scenes at hand. */
export interface MeasuredCosine {
  readonly crops: number
  readonly mean: number
  readonly lowest: number
}

/** A network that is open. */
export interface StartedNetwork {
  readonly provider: string
  readonly reason: string
  readonly width: number
  readonly sha256: string
  /** null for float32. */
  readonly cosine: MeasuredCosine | null
}

/** What a network says of the students that it was shown. */
export interface SceneVectors {
  /** [n, width] */
  readonly vectors: Float32Array
  /** [n]: 1 where the box has no area on the photo, so that the network saw zeros. */
  readonly withoutArea: Uint8Array
}

/** `elapsedMs` is the network's own time, crops included; the photo is decoded once for all networks. */
export interface NetworkVectors extends SceneVectors {
  readonly elapsedMs: number
}

export type ExtractionMessage =
  /** In the order of the networks. */
  | { readonly kind: 'start'; readonly networks: readonly StartedNetwork[] }
  | {
      readonly kind: 'scene'
      /** Position in the input. */
      readonly index: number
      /** In the order of the networks. */
      readonly answers: readonly NetworkVectors[]
      /** Of the scene as a whole, with what was left to wait for its photo. */
      readonly elapsedMs: number
    }
  /** This scene has no vectors of any network; the others go on. */
  | {
      readonly kind: 'failed'
      readonly index: number
      readonly error: { readonly code: string; readonly message: string }
    }
  | { readonly kind: 'end' }

/** Vectors of students from the user's own weights. */
export const extractionContract = {
  /** Recognises weights by their parameter names and checks every number. Throws AppError `weights.*` and those of the file's format. */
  describe: call(z.object({ file: path }))<WeightsDescription>(),
  /** Scenes in order, a whole one at a time: its photo is decoded once and shown to network after network. Throws AppError `weights.*`, `extraction.*`, `inference.*`, `model.not-loadable`. */
  run: stream(extractionInput)<ExtractionMessage>(),
  /**
   * Vectors of each scene under several draws of noise, one message a draw; the slow part of the network is run once a scene. Throws as
   * `run` and AppError `extraction.no-noise`.
   */
  draws: stream(drawsInput)<DrawMessage>(),
}
