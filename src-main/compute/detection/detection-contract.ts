import { z } from 'zod'
import type { AppErrorData } from '#shared/contract/app-error.ts'
import { call, stream } from '#shared/contract/procedure.ts'
import { device, path } from '#shared/contract/schemas.ts'
import { yoloCard } from './yolo-card.ts'
import type { YoloDescription } from './yolo-card.ts'
import { yoloxCard } from './yolox-card.ts'
import type { YoloxDescription } from './yolox-card.ts'

/** Lectern's own detector by the folder of its files, a YOLO-style `.onnx` file of the user's, or a YOLOX checkpoint as its authors publish it. */
const detectorSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('nanodet'), folder: path }),
  z.object({ kind: z.literal('yolo'), file: path, card: yoloCard }),
  z.object({ kind: z.literal('yolox'), file: path, card: yoloxCard }),
])
export type DetectorSource = z.infer<typeof detectorSource>

/** The persons of one photo, in seat order. */
export interface SceneDetection {
  /** Of the upright photo. */
  readonly widthPx: number
  readonly heightPx: number
  /** [persons, 5] x1, y1, x2, y2 in px of the upright photo, score 0 to 1. */
  readonly boxes: Float64Array
  /** [persons, 768] default vectors, null where they were not asked for. */
  readonly embeddings: Float32Array | null
  readonly elapsedMs: number
}

export type DetectionMessage =
  | {
      readonly kind: 'start'
      readonly provider: string
      readonly reason: string
      /** Of the detector's weights. */
      readonly sha256: string
      /** Of the weights that the vectors come from. */
      readonly embeddingSha256: string | null
    }
  | ({ readonly kind: 'scene'; readonly index: number } & SceneDetection)
  /** A photo that failed alone. */
  | { readonly kind: 'failed'; readonly index: number; readonly error: AppErrorData }
  | { readonly kind: 'end'; readonly scenes: number; readonly failed: number; readonly msPerScene: number }

export type EmbeddingMessage =
  | { readonly kind: 'start'; readonly provider: string; readonly reason: string; readonly sha256: string }
  /** `vectors`: [boxes, 768] in the order of the boxes. */
  | { readonly kind: 'scene'; readonly index: number; readonly vectors: Float32Array }
  | { readonly kind: 'failed'; readonly index: number; readonly error: AppErrorData }
  | { readonly kind: 'end'; readonly scenes: number; readonly failed: number; readonly msPerScene: number }

/** Corners x1, y1, x2, y2 of boxes, [boxes, 4]. */
const corners = z.custom<Float64Array>((value) => value instanceof Float64Array && value.length % 4 === 0)

/** What main asks of detectors. */
export const detectionContract = {
  /**
   * Recognises a YOLOX checkpoint by its parameter names and checks every number; a YOLO-style `.onnx` file by its input and its answer
   * to a grey picture. Throws AppError `weights.*`, `detector.*` and those of the file's format.
   */
  describe: call(z.object({ file: path, card: yoloCard.default({}) }))<YoloxDescription | YoloDescription>(),
  /** Finds the persons of photos; `embeddings` adds Lectern's default vectors, from NanoDet's files in that folder. */
  run: stream(
    z.object({
      detector: detectorSource,
      photos: z.array(z.object({ file: path })),
      setting: z.enum(['accurate', 'fast']),
      embeddings: z.object({ folder: path }).nullable(),
      device,
    }),
  )<DetectionMessage>(),
  /** Default vectors of boxes that were drawn, edited or imported. */
  embed: stream(
    z.object({ folder: path, scenes: z.array(z.object({ file: path, boxes: corners })), device }),
  )<EmbeddingMessage>(),
}
