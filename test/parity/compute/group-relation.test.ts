import { beforeAll, describe, expect, test } from 'vitest'
import { gumbelNoise } from '#main/compute/extraction/relation-noise.ts'
import { sceneFeatures } from '#main/compute/extraction/relation-scene.ts'
import type { BackboneRun } from '#main/compute/extraction/relation-scene.ts'
import { encodeScene, noiseShapes } from '#main/compute/extraction/relation-vectors.ts'
import type { BlockNoise, RelationEncoder } from '#main/compute/extraction/relation-vectors.ts'
import { photoPixels } from '#main/compute/images/photo-pixels.ts'
import type { RgbaPixels } from '#main/compute/images/resample/resize-region.ts'
import type { ModelSession } from '#main/compute/sessions/model-session.ts'
import { relativeError } from '../../support/compute.ts'
import { relationCases, relationCheckpoint, relationScene, relationUniforms } from '../../support/group-relation.ts'
import type { RelationCase } from '../../support/group-relation.ts'
import { openRelation } from '../../support/open-relation.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'

/** Of every stage. */
const tolerance = 1e-4

const runOf = (session: ModelSession): BackboneRun => ({
  file: relationCheckpoint,
  session,
  batch: 4,
  rest: () => Promise.resolve(),
})

const rowsOf = (values: Float32Array, count: number): number[][] => {
  const width = values.length / count
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * width, (row + 1) * width)])
}

describe.skipIf(rafnetFolder === null)(`GroupRec${rafnetFolder ? '' : ` (${withoutRafnet})`}`, () => {
  let photo: RgbaPixels
  let networks: { backbone: ModelSession; encoder: RelationEncoder }
  beforeAll(async () => {
    photo = await photoPixels(relationScene)
    networks = await openRelation(relationCheckpoint)
  })

  const givenNoise = ({ noise, boxes }: RelationCase): BlockNoise => {
    const uniforms = noise === null ? null : relationUniforms(noise)
    const shapes = noiseShapes(networks.encoder.sizes, boxes.length)
    return new Map(
      shapes.map(({ block, edges, types }) => [
        block,
        uniforms ? gumbelNoise(uniforms.get(block)!) : new Float32Array(edges * types),
      ]),
    )
  }

  test('its sizes are read from the checkpoint', () => {
    expect(networks.encoder.sizes).toEqual({
      features: 96,
      hidden: 32,
      branches: [6, 12, 24, 48],
      types: new Map([
        ['pairwise', 6],
        ['hyper3', 10],
        ['hyper5', 10],
      ]),
    })
  })

  const cases = relationCases().map((relationCase, index) => ({
    ...relationCase,
    name: `case ${index}: ${relationCase.boxes.length} students, noise ${relationCase.noise ?? 'none'}`,
  }))

  test.each(cases)('$name: backbone, projection and relation vectors equal PyTorch', async (relationCase) => {
    const { boxes, backbone, projected, relation, box_numbers } = relationCase
    const features = await sceneFeatures(runOf(networks.backbone), photo, boxes)
    const scene = await encodeScene(networks.encoder, features, givenNoise(relationCase))
    const errors = {
      boxNumbers: relativeError(rowsOf(features.boxNumbers, boxes.length), box_numbers),
      backbone: relativeError(rowsOf(features.features, boxes.length), backbone),
      projected: relativeError(rowsOf(scene.projected, boxes.length), projected),
      relation: relativeError(rowsOf(scene.vectors, boxes.length), relation),
    }
    for (const error of Object.values(errors)) expect(error).toBeLessThan(tolerance)
  })
})
