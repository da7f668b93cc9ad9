import { AppError } from '#shared/contract/app-error.ts'
import type { Box, Size } from '#shared/geometry/box.ts'
import { roiAlign } from './roi-align.ts'
import type { FeatureMap } from './roi-align.ts'

/** The photo's longer side in the pass whose maps are read. */
export const embeddingLongSidePx = 768

/** The backbone's maps of that pass. */
export interface BackboneMaps {
  /** 128 channels, stride 8. */
  readonly fine: FeatureMap
  /** 256 channels, stride 16. */
  readonly coarse: FeatureMap
}

const fineBins = 2
const coarseBins = 1
export const embeddingWidth = 128 * fineBins ** 2 + 256 * coarseBins ** 2

/**
 * Lectern's default vector of each box: NanoDet's stride-8 features in 2 × 2 bins (512 values), then its stride-16
 * features of the whole box (256).
 *
 * @param boxes in px of the upright photo, corners in any order; one without finite corners is an AppError
 * @returns [boxes, 768]
 * @throws AppError `embedding.box-not-finite`
 */
export function defaultEmbeddings(maps: BackboneMaps, boxes: readonly Box[], photo: Size, pass: Size): Float32Array {
  const vectors = new Float32Array(boxes.length * embeddingWidth)
  const [scaleX, scaleY] = [pass.widthPx / photo.widthPx, pass.heightPx / photo.heightPx]
  for (const [index, { x1, y1, x2, y2 }] of boxes.entries()) {
    if (![x1, y1, x2, y2].every(Number.isFinite)) {
      throw new AppError(
        'embedding.box-not-finite',
        `Box ${index} has the corners (${x1}, ${y1}) and (${x2}, ${y2}); a box needs four finite numbers. Draw it again.`,
        { position: index },
      )
    }
    const box = { x1: x1 * scaleX, y1: y1 * scaleY, x2: x2 * scaleX, y2: y2 * scaleY }
    const start = index * embeddingWidth
    roiAlign(maps.fine, box, fineBins, vectors, start)
    roiAlign(maps.coarse, box, coarseBins, vectors, start + maps.fine.channels * fineBins ** 2)
  }
  return vectors
}
