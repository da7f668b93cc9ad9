import { AppError } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { FeatureSet } from '#main/store/tables/feature.ts'

/**
 * The sets, by id, that hold one of the needed modalities in its width. Throws AppError `inference.modality-missing` or
 * `inference.modality-width` where the project has no such set at all.
 */
export function usableFeatureSets(
  sets: readonly FeatureSet[],
  needed: readonly ModelModality[],
): Map<number, FeatureSet> {
  for (const { name, width } of needed) {
    const same = sets.filter((set) => set.modality === name)
    if (same.length === 0) {
      const present = [...new Set(sets.map((set) => `${set.modality} (${set.width})`))].join(', ') || 'none'
      throw new AppError(
        'inference.modality-missing',
        `The model needs the features "${name}" (${width}), which this project does not have. It has: ${present}. Import a feature file with "${name}".`,
        { modality: name, width },
      )
    }
    if (same.every((set) => set.width !== width)) {
      const found = [...new Set(same.map((set) => set.width))].join(', ')
      throw new AppError(
        'inference.modality-width',
        `The model takes "${name}" of width ${width}, but this project's has width ${found}. Import features of that width, or choose another model.`,
        { modality: name, width, found },
      )
    }
  }
  const fits = (set: FeatureSet) => needed.some((one) => one.name === set.modality && one.width === set.width)
  return new Map(sets.filter(fits).map((set) => [set.id, set]))
}
