import { clipBox } from '#shared/geometry/box.ts'
import type { Size } from '#shared/geometry/box.ts'
import { letterbox } from '../images/opencv/letterbox.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor } from '../sessions/tensor.ts'
import type { ScoredBox } from './scored-box.ts'
import { suppress } from './suppress.ts'
import { candidates, decodeRows } from './yolox-boxes.ts'

/** How a YOLOX detector is run: what its weights do not tell. */
export interface YoloxSettings {
  /** The photo is fitted into this; multiples of 32. */
  readonly input: Size
  /** Lowest objectness × class score of a person. */
  readonly scoreThreshold: number
  /** Of two boxes that share more than this of their union, the better one stays. */
  readonly overlapLimit: number
}

/** ByteTrack's input and suppression; YOLOX's own score threshold for showing boxes. */
export const byteTrackSettings: YoloxSettings = {
  input: { widthPx: 1440, heightPx: 800 },
  scoreThreshold: 0.3,
  overlapLimit: 0.7,
}

/** The network's rows for a photo, placed in the letterboxed input: [cells, columns] of cx, cy, w, h, objectness, class scores. */
export async function yoloxRows(
  session: ModelSession,
  photo: RgbaPixels,
  input: Size,
): Promise<{ readonly rows: Float32Array; readonly columns: number; readonly ratio: number }> {
  const { values, ratio } = letterbox(photo, input)
  const outputs = await session.run({ image: float32Tensor(values, [1, 3, input.heightPx, input.widthPx]) })
  const { data, dimensions } = outputs.get('rows')!
  const columns = dimensions.at(-1)!
  const rows = data as Float32Array
  decodeRows(rows, columns, input)
  return { rows, columns, ratio }
}

/** The persons on a photo, best first, in its px; boxes may reach beyond it. */
export async function yoloxBoxes(
  session: ModelSession,
  photo: RgbaPixels,
  { input, scoreThreshold, overlapLimit }: YoloxSettings,
): Promise<ScoredBox[]> {
  const { rows, columns, ratio } = await yoloxRows(session, photo, input)
  const found = candidates(rows, columns, { ratio, threshold: scoreThreshold })
  return suppress(found, { union: overlapLimit, smaller: Infinity })
}

/** The parts of boxes that lie in the photo; boxes without one are left out. */
export const clipped = (boxes: readonly ScoredBox[], photo: Size): ScoredBox[] =>
  boxes.flatMap((box) => {
    const inside = clipBox(box, photo)
    return inside ? [{ ...inside, score: box.score }] : []
  })
