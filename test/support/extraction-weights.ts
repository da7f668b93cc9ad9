import { writeCheckpoint, type WritableTensor } from '#main/codecs/torch/write-checkpoint.ts'
import { seededRandom } from '#shared/metrics/random.ts'
import { groupRelationShapes, randomWeights, tinyPlan } from './group-relation-weights.ts'
import { convNextParameters } from './random-backbones.ts'

/** Width of the vectors of the small networks: the last width of ConvNeXt, and four times GroupRec's hidden one. */
export const widths = { convnext: 16, grouprec: 4 * tinyPlan.hidden }

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[]

/** Small random numbers, of which normalisations get ones. */
const weightsOf = (shapes: Shapes, seed: number): (readonly [string, WritableTensor])[] => {
  const random = seededRandom(seed)
  return shapes.map(([name, shape]) => {
    const length = shape.reduce((all, one) => all * one, 1)
    const data = Float32Array.from({ length }, () => (shape.length === 1 ? 1 : (random() - 0.5) * 0.4))
    return [name, { dtype: 'float32', shape, data }]
  })
}

/** A plain head of five classes over convnext and grouprec. */
const headShapes = (convnext: number, grouprec: number): Shapes => {
  const pair = (name: string, shape: readonly number[]): Shapes => [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape[0]!]],
  ]
  const stream = (name: string, width: number): Shapes => [
    ...pair(`norms.${name}`, [width]),
    ...pair(`projections.${name}`, [8, width]),
  ]
  return [
    ...stream('convnext', convnext),
    ...stream('grouprec', grouprec),
    ...pair('fusion.0', [8, 16]),
    ...pair('fusion.1', [8]),
    ['fusion.1.running_mean', [8]],
    ['fusion.1.running_var', [8]],
    ...pair('fusion.4', [5, 8]),
  ]
}

/** A ConvNeXt of widths 4 to 16; every seed gives other weights. */
export const convNextCheckpoint = (seed: number): Uint8Array =>
  writeCheckpoint(weightsOf(convNextParameters([1, 1, 1, 1], [4, 8, 12, widths.convnext]), seed))

export const groupRelationCheckpoint = (): Uint8Array => writeCheckpoint(randomWeights(groupRelationShapes(tinyPlan)))

/** A head over what the two give. */
export const extractionHead = (): Uint8Array =>
  writeCheckpoint(weightsOf(headShapes(widths.convnext, widths.grouprec), 5))
