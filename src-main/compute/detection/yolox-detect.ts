import { clipBox } from '#shared/geometry/box.ts'
import type { Size } from '#shared/geometry/box.ts'
import { letterbox } from '../images/opencv/letterbox.ts'
import type { RgbaPixels } from '../images/resample/resize-region.ts'
import { runSession } from '../pipelines/run-session.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor } from '../sessions/tensor.ts'
import type { ScoredBox } from './scored-box.ts'
import { suppress } from './suppress.ts'
import { candidates, decodeRows } from './yolox-boxes.ts'
import type { YoloxSettings } from './yolox-card.ts'

/** A loaded YOLOX. */
export interface YoloxNetwork {
  /** For error sentences. */
  readonly file: string
  readonly session: ModelSession
}

/** The network's rows for a photo, placed in the letterboxed input: [cells, columns] of cx, cy, w, h, objectness, class scores. */
export async function yoloxRows(
  network: YoloxNetwork,
  photo: RgbaPixels,
  input: Size,
): Promise<{ readonly rows: Float32Array; readonly columns: number; readonly ratio: number }> {
  const { values, ratio } = letterbox(photo, input)
  const feeds = { image: float32Tensor(values, [1, 3, input.heightPx, input.widthPx]) }
  const outputs = await runSession(network, feeds, 'Choose a smaller input size in its card, or the device "cpu".')
  const { data, dimensions } = outputs.get('rows')!
  const columns = dimensions.at(-1)!
  const rows = data as Float32Array
  decodeRows(rows, columns, input)
  return { rows, columns, ratio }
}

/** The persons on a photo, best first, in its px; boxes may reach beyond it. Throws AppError `model.run-failed`. */
export async function yoloxBoxes(
  network: YoloxNetwork,
  photo: RgbaPixels,
  { input, leastScore, unionLimit }: YoloxSettings,
): Promise<ScoredBox[]> {
  const { rows, columns, ratio } = await yoloxRows(network, photo, input)
  const found = candidates(rows, columns, { ratio, threshold: leastScore })
  return suppress(found, { union: unionLimit, smaller: Infinity })
}

/** The parts of boxes that lie in the photo; boxes without one are left out. */
export const clipped = (boxes: readonly ScoredBox[], photo: Size): ScoredBox[] =>
  boxes.flatMap((box) => {
    const inside = clipBox(box, photo)
    return inside ? [{ ...inside, score: box.score }] : []
  })
