import type { Modality } from '../config.ts'

/** A graph head's modalities without those that only steer the graph. */
export function fusedWithout(modalities: readonly Modality[], left: readonly string[]): readonly Modality[] {
  return modalities.filter(({ name }) => !left.includes(name))
}

/** Width of the concatenated projections. */
export const fusedWidth = (fused: readonly Modality[], hiddenDim: number): number => fused.length * hiddenDim
