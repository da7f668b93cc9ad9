import { z } from 'zod'
import type { Size } from '#shared/geometry/box.ts'
import type { YoloCard } from './yolo-card.ts'

const stride = 32
const side = z.int().min(stride).max(4096).multipleOf(stride)

/** What a user says about a YOLOX checkpoint whose weights do not tell it; ByteTrack's own values where left out. */
export const yoloxCard = z.strictObject({
  /** The photo is fitted into this; multiples of 32 px. */
  inputSize: z.strictObject({ widthPx: side, heightPx: side }).optional(),
  /** Less likely boxes are left out. */
  leastScore: z.number().min(0).max(1).optional(),
  /** Boxes that share more of their union are one person. */
  unionLimit: z.number().min(0).max(1).optional(),
})
export type YoloxCard = z.infer<typeof yoloxCard>

/** What a card says that a checkpoint of YOLOX can make use of. */
export const yoloxCardOf = ({ inputSize, leastScore, unionLimit }: YoloCard): YoloxCard => ({
  ...(inputSize && { inputSize }),
  ...(leastScore !== undefined && { leastScore }),
  ...(unionLimit !== undefined && { unionLimit }),
})

/** A card with nothing left open. */
export interface YoloxSettings {
  readonly input: Size
  /** Lowest objectness × class score of a person. */
  readonly leastScore: number
  /** Of two boxes that share more than this of their union, the better one stays. */
  readonly unionLimit: number
}

/** ByteTrack's input and suppression, and the score from which YOLOX's own demonstration shows a box. */
export const yoloxSettings = ({ inputSize, leastScore, unionLimit }: YoloxCard): YoloxSettings => ({
  input: inputSize ?? { widthPx: 1440, heightPx: 800 },
  leastScore: leastScore ?? 0.3,
  unionLimit: unionLimit ?? 0.7,
})

/** What Lectern knows of a YOLOX checkpoint. */
export interface YoloxDescription {
  readonly family: 'yolox'
  /** Classes, channels of the levels and numbers of bottlenecks, read from the file. */
  readonly sizes: Readonly<Record<string, readonly number[]>>
  readonly settings: YoloxSettings
  /** Numbers that the network uses. */
  readonly parameters: number
  readonly dtype: string
  readonly sha256: string
  readonly bytes: number
}
