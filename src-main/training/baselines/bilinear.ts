import type { Steps } from '#shared/metrics/steps.ts'
import { createRandom } from '../random/random.ts'
import { widthOf } from './feature-blocks.ts'
import type { FeatureBlocks } from './feature-blocks.ts'
import { linearScores } from './linear-products.ts'

/** Columns of the product. */
const rank = 256

/** N(0, 1/√width) numbers, seeded by the place of the modality: [rank, width], then intercepts of 0. */
function projection(seed: number, place: number, width: number): Float64Array {
  const random = createRandom(seed, 'bilinear', place)
  const weights = new Float64Array(rank * width + rank)
  const deviation = 1 / Math.sqrt(width)
  for (let index = 0; index < rank * width; index += 1) weights[index] = deviation * random.normal()
  return weights
}

/** How two modalities are multiplied: low-rank bilinear pooling with random projections. */
export interface BilinearProduct {
  apply(first: FeatureBlocks, second: FeatureBlocks): Steps<FeatureBlocks>
}

/** Projects both modalities to 256 columns and multiplies them element by element; the same seed gives the same projections. */
export function bilinearProduct(seed: number, first: FeatureBlocks, second: FeatureBlocks): BilinearProduct {
  const projections = [projection(seed, 0, widthOf(first)), projection(seed, 1, widthOf(second))] as const
  return {
    apply: function* (one, other) {
      const left = yield* linearScores(one, projections[0], rank)
      const right = yield* linearScores(other, projections[1], rank)
      const values = Float32Array.from(left, (value, index) => value * right[index]!)
      return { rows: one.rows, blocks: [{ width: rank, values }] }
    },
  }
}
