import { fewestRows, relationBlocks } from '#main/onnx/extractors/group-relation/relation-encoder.ts'
import type { GroupRelationSizes } from '#main/onnx/extractors/group-relation/sizes.ts'
import type { Noise } from '#shared/contract/extraction.ts'
import { runSession } from '../pipelines/run-session.ts'
import type { ModelSession } from '../sessions/model-session.ts'
import { float32Tensor } from '../sessions/tensor.ts'
import type { PlainTensor } from '../sessions/tensor.ts'
import { drawNoise } from './relation-noise.ts'
import type { NoiseShape } from './relation-noise.ts'
import type { SceneFeatures } from './relation-scene.ts'

/** A loaded relation encoder. */
export interface RelationEncoder {
  /** For error sentences. */
  readonly file: string
  readonly session: ModelSession
  readonly sizes: GroupRelationSizes
}

/** One scene, and what names it for good (such as its path relative to the photos): its noise depends on that name. */
export interface NamedScene {
  readonly name: string
  readonly features: SceneFeatures
}

/** Gumbel noise by block, [edges · types]. */
export type BlockNoise = ReadonlyMap<string, Float32Array>

export interface EncodedScene {
  /** x, [students, h]. */
  readonly projected: Float32Array
  /** [students, 4 · h]. */
  readonly vectors: Float32Array
}

/** Rows that a scene takes in the encoder: missing students are padded with rows that are not valid. */
export const paddedRows = (students: number): number => Math.max(students, fewestRows)

/** The noise that each block of the encoder wants for so many students. */
export function noiseShapes(sizes: GroupRelationSizes, students: number): NoiseShape[] {
  const rows = paddedRows(students)
  return relationBlocks.map(({ block, nearest }) => ({
    block,
    edges: nearest === null ? rows * rows : rows,
    types: sizes.types.get(block)!,
  }))
}

/** Runs the encoder once over a scene of at least one student. */
export async function encodeScene(
  encoder: RelationEncoder,
  { students, features, boxNumbers }: SceneFeatures,
  noise: BlockNoise,
): Promise<EncodedScene> {
  const { sizes } = encoder
  const rows = paddedRows(students)
  const feeds: Record<string, PlainTensor> = {
    features: padded(features, rows, sizes.features),
    box_numbers: padded(boxNumbers, rows, boxNumbers.length / students),
    valid: padded(new Float32Array(students).fill(1), rows, 1),
  }
  for (const { block, edges, types } of noiseShapes(sizes, students)) {
    feeds[`noise_${block}`] = float32Tensor(noise.get(block)!, [edges, types])
  }
  const outputs = await runSession(encoder, feeds, 'Use the CPU.')
  const firstRows = (name: string, width: number): Float32Array =>
    (outputs.get(name)!.data as Float32Array).slice(0, students * width)
  return { projected: firstRows('projected', sizes.hidden), vectors: firstRows('relation', vectorWidth(sizes)) }
}

/** Width of a relation vector. */
export const vectorWidth = ({ hidden }: GroupRelationSizes): number => (relationBlocks.length + 1) * hidden

function padded(values: Float32Array, rows: number, width: number): PlainTensor {
  const all = new Float32Array(rows * width)
  all.set(values)
  return float32Tensor(all, [rows, width])
}

/**
 * Relation vectors of a scene, [students, 4 · h], empty for an empty scene, with one seeded draw of Gumbel noise, without
 * noise, or as the mean over the first draws of a seed.
 */
export async function relationVectors(
  encoder: RelationEncoder,
  scene: NamedScene,
  noise: Noise,
  rest: () => Promise<void>,
): Promise<Float32Array> {
  if (noise.kind === 'none') return oneDraw(encoder, scene, withoutNoise(encoder, scene))
  if (noise.kind === 'seed') return oneDraw(encoder, scene, seededNoise(encoder, scene, noise.seed, 0))
  const sum = new Float64Array(scene.features.students * vectorWidth(encoder.sizes))
  for await (const vectors of relationDraws(encoder, scene, noise, rest)) {
    for (let index = 0; index < sum.length; index += 1) sum[index] = sum[index]! + vectors[index]!
  }
  return Float32Array.from(sum, (value) => value / noise.draws)
}

/** A scene's relation vectors, [students, 4 · h], under draw 0, 1, … of a seed, one after the other; the backbone is not run again. */
export async function* relationDraws(
  encoder: RelationEncoder,
  scene: NamedScene,
  { seed, draws }: { readonly seed: number; readonly draws: number },
  rest: () => Promise<void>,
): AsyncGenerator<Float32Array, void> {
  for (let draw = 0; draw < draws; draw += 1) {
    await rest()
    yield await oneDraw(encoder, scene, seededNoise(encoder, scene, seed, draw))
  }
}

async function oneDraw(encoder: RelationEncoder, { features }: NamedScene, noise: BlockNoise): Promise<Float32Array> {
  if (features.students === 0) return new Float32Array(0)
  return (await encodeScene(encoder, features, noise)).vectors
}

const seededNoise = ({ sizes }: RelationEncoder, scene: NamedScene, seed: number, draw: number): BlockNoise =>
  new Map(
    noiseShapes(sizes, scene.features.students).map((shape) => [
      shape.block,
      drawNoise({ seed, draw, scene: scene.name }, shape),
    ]),
  )

const withoutNoise = ({ sizes }: RelationEncoder, { features }: NamedScene): BlockNoise =>
  new Map(
    noiseShapes(sizes, features.students).map(({ block, edges, types }) => [block, new Float32Array(edges * types)]),
  )
