import { createRandom } from '#main/training/random/random.ts'

/** A block of the encoder: what its noise is called and its shape, [edges, types]. */
export interface NoiseShape {
  readonly block: string
  readonly edges: number
  readonly types: number
}

const bound = 1e-10

/**
 * Gumbel noise from a uniform number, with the authors' bounds: −log(1e-10 − log(U + 1e-10)). U + 1e-10 is rounded to float32 as
 * theirs is, which keeps it at 1 or below, so that there is noise for every U.
 */
export const gumbel = (uniform: number): number => -Math.log(bound - Math.log(Math.fround(uniform + bound)))

/** g for one block, [edges · types]. */
export const gumbelNoise = (uniforms: ArrayLike<number>): Float32Array => Float32Array.from(uniforms, gumbel)

export interface SceneDraw {
  readonly seed: number
  /** 0 for a single draw. */
  readonly draw: number
  /** What names the scene for good, such as its path relative to the photos. */
  readonly scene: string
}

/**
 * The noise of one draw of one scene: xoshiro128** streams named by seed, draw, block and scene. It depends on nothing else,
 * so a scene that is extracted alone gets what it got among all; its students' order and number matter, since each edge
 * takes the next numbers.
 */
export function drawNoise({ seed, draw, scene }: SceneDraw, shape: NoiseShape): Float32Array {
  const random = createRandom('relation noise', seed, draw, shape.block, scene)
  return Float32Array.from({ length: shape.edges * shape.types }, () => gumbel(random.uniform()))
}
