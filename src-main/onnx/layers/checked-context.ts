import { checkWeightShapes } from '../extractors/check-weights.ts'
import type { LayerContext } from './layer-context.ts'

/** What a network is built from whose sizes are told by its checkpoint: each weight is checked when its layer is built. */
export interface CheckedContext extends LayerContext {
  /** For sentences: `GroupRec`. */
  readonly title: string
  readonly file: string
}

/**
 * Refuses a checkpoint that lacks a weight or holds it in another shape than the layers before it need.
 *
 * @throws AppError weights.tensor-missing, weights.shape-mismatch, weights.type-unsupported
 */
export function requireWeight({ weights, title, file }: CheckedContext, name: string, shape: readonly number[]): void {
  checkWeightShapes({ title, parameters: [{ name, shape }], isSpare: () => true }, weights, file)
}

/** The size of one axis of a weight, which decides the size of a layer; of a weight that is not there, as `requireWeight` says. */
export function sizeIn(context: CheckedContext, name: string, axis: number): number {
  const shape = context.weights.get(name)?.shape
  if (shape === undefined) requireWeight(context, name, [])
  return shape?.[axis] ?? 0
}
