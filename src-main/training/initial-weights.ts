import type { WeightSpec } from '#main/onnx/architectures/architecture.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { expectedWeights } from '#main/onnx/head-weights.ts'
import type { Values } from './head-state.ts'
import { createRandom } from './random/random.ts'

/** Every weight and running statistic of a new head, in PyTorch's distributions; each weight has a random stream of its own. */
export function initialWeights(config: HeadConfig, seed: number): Values {
  const specs = expectedWeights(config).filter(({ role }) => role !== 'counter')
  return new Map(specs.map((spec) => [spec.name, startOf(spec, seed)]))
}

function startOf({ name, shape, initialisation }: WeightSpec, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  if (initialisation.kind === 'constant') return values.fill(initialisation.value)
  const random = createRandom(seed, 'weight', name)
  return values.map(() => (2 * random.uniform() - 1) * initialisation.bound)
}
