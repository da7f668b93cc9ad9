import type { GroupRelationSizes } from '#main/onnx/extractors/group-relation/sizes.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Noise } from '#shared/contract/extraction.ts'
import type { Box } from '#shared/geometry/box.ts'
import type { GraphOverWeights } from '../sessions/model-session.ts'
import { checkPrecision } from './check-precision.ts'
import type { RelationDescription } from './extraction-contract.ts'
import { sceneFeatures } from './relation-scene.ts'
import type { BackboneRun } from './relation-scene.ts'
import { relationDraws, relationVectors, vectorWidth } from './relation-vectors.ts'
import type { NamedScene, RelationEncoder } from './relation-vectors.ts'
import type { ExtractionOptions, ExtractionParts, SceneExtractor, SceneOfPhoto } from './scene-extractor.ts'

/** A GroupRec network in a user's file. */
export interface RelationWeights {
  readonly file: string
  readonly sizes: GroupRelationSizes
  readonly description: RelationDescription
  readonly model: (part: 'backbone' | 'relation') => GraphOverWeights
}

/** Crops in one run of HRNet-W48 take some 30 MB each; more of them are not faster. */
const mostCrops = 8

/** Nobody asked for another draw: the one that can be repeated. */
const usualNoise: Noise = { kind: 'seed', seed: 0 }

/** Opens both sessions. Throws AppError `extraction.precision-unsupported`, `inference.*`, `model.not-loadable`. */
export async function openRelation(
  { file, sizes, description, model }: RelationWeights,
  { providers, sessions }: ExtractionParts,
  { device, precision, batch, noise = usualNoise }: ExtractionOptions,
): Promise<SceneExtractor> {
  checkPrecision(description, precision, (await providers.choose(device)).provider, file)
  const open = (part: 'backbone' | 'relation') =>
    sessions.open(file, `${description.sha256} ${part}`, () => model(part), device)
  const { session, provider, reason } = await open('backbone')
  const encoder = { file, sizes, session: (await open('relation')).session }
  const named = async ({ name, pixels, boxes }: SceneOfPhoto, rest: BackboneRun['rest']): Promise<NamedScene> => ({
    name,
    features: await sceneFeatures({ file, session, batch: Math.min(batch, mostCrops), rest }, pixels, boxesOf(boxes)),
  })
  return {
    provider,
    reason,
    run: async (scene, rest) => {
      const found = await named(scene, rest)
      const vectors = await relationVectors(encoder, found, noise, rest)
      checkFinite(encoder, vectors)
      return { vectors, withoutArea: found.features.withoutArea }
    },
    draws: async function* (scene, seed, rest) {
      yield* relationDraws(encoder, await named(scene, rest), seed, rest)
    },
  }
}

/** [n, 4] → n boxes. */
const boxesOf = (corners: Float64Array): Box[] =>
  Array.from({ length: corners.length / 4 }, (_, student) => {
    const [x1, y1, x2, y2] = corners.subarray(student * 4) as unknown as [number, number, number, number]
    return { x1, y1, x2, y2 }
  })

function checkFinite({ file, sizes }: RelationEncoder, vectors: Float32Array): void {
  const broken = vectors.findIndex((value) => !Number.isFinite(value))
  if (broken < 0) return
  const student = Math.floor(broken / vectorWidth(sizes))
  throw new AppError(
    'extraction.vectors-not-finite',
    `${file} answers ${vectors[broken]!} for student ${student} of this photo: its numbers overflow. Use another checkpoint.`,
    { file, student },
  )
}
