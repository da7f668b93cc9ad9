import type { WeightTensors } from '../weight.ts'

/** How many members `name.0`, `name.1`, … a list of a checkpoint has: the highest number and one; 0 where there is none. */
export function listLength(weights: WeightTensors, name: string): number {
  let count = 0
  for (const key of weights.keys()) {
    if (!key.startsWith(`${name}.`)) continue
    const number = Number.parseInt(key.slice(name.length + 1), 10)
    if (number >= count) count = number + 1
  }
  return count
}
