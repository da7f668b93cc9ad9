import type { Random } from './random.ts'

/** Gamma(shape, 1) by Marsaglia and Tsang (2000); shapes below 1 by their boost. */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * Math.pow(1 - random.uniform(), 1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v
  }
}

/** Beta(alpha, alpha): mixup's share. Where both gammas underflow (tiny alpha) it is one end or the other, as the limit is. */
export function symmetricBeta(random: Random, alpha: number): number {
  const left = gamma(random, alpha)
  const right = gamma(random, alpha)
  if (left + right === 0) return random.uniform() < 0.5 ? 0 : 1
  return left / (left + right)
}
