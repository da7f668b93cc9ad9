import { AppError } from '#shared/contract/app-error.ts'

export type BaselineKind = 'logistic' | 'svm' | 'mlp' | 'late_fusion' | 'low_rank_bilinear'

/** One of the paper's baselines on some modalities. */
export interface Baseline {
  /** As `logistic_convnext`. */
  readonly name: string
  readonly kind: BaselineKind
  readonly modalities: readonly string[]
}

/** Modalities that say where a student sits, not what is seen of one; baselines leave them out, as the paper does. */
const pseudoModalities: readonly string[] = ['bbox_ctx', 'img_uid']
const paperPair = ['convnext', 'grouprec']

/**
 * Every baseline that modalities allow: each of them on its own and all side by side (`concat`) for the three classifiers, and each pair for
 * the two fusions. A fusion of the paper's two modalities, or of the only two, has no modality in its name.
 */
export function baselinesOf(given: readonly string[]): Baseline[] {
  const modalities = given.filter((name) => !pseudoModalities.includes(name))
  const alone = modalities.map((name) => ({ suffix: name, modalities: [name] }))
  const sets = modalities.length > 1 ? [...alone, { suffix: 'concat', modalities }] : alone
  const pairs = modalities.flatMap((one, index) => modalities.slice(index + 1).map((other) => [one, other]))
  const isPlain = (pair: readonly string[]): boolean =>
    pairs.length === 1 || pair.toSorted().join() === paperPair.join()
  return [
    ...(['logistic', 'svm', 'mlp'] as const).flatMap((kind) =>
      sets.map(({ suffix, modalities: used }) => ({ name: `${kind}_${suffix}`, kind, modalities: used })),
    ),
    ...(['late_fusion', 'low_rank_bilinear'] as const).flatMap((kind) =>
      pairs.map((pair) => ({ name: isPlain(pair) ? kind : `${kind}_${pair.join('_')}`, kind, modalities: pair })),
    ),
  ]
}

/** Those of the names, in the order of `all`; null takes all. Throws AppError `baselines.unknown`. */
export function chosenBaselines(all: readonly Baseline[], names: readonly string[] | null): readonly Baseline[] {
  if (names === null) return all
  const stranger = names.find((name) => all.every((one) => one.name !== name))
  if (stranger !== undefined) {
    const known = all.map(({ name }) => name)
    throw new AppError(
      'baselines.unknown',
      `There is no baseline ${stranger} for these modalities. There are ${known.join(', ') || 'none'}.`,
      { name: stranger, known },
    )
  }
  return all.filter(({ name }) => names.includes(name))
}
