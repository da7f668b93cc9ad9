import { AppError } from '#shared/contract/app-error.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { Store } from '#main/store/store.ts'
import { countModalities, listFeatureSets } from '#main/store/tables/feature.ts'

/** Vectors that a head is learnt on. */
export interface ChosenModalities {
  readonly modalities: readonly ModelModality[]
  /** As `convnext+grouprec`. */
  readonly name: string
  /** Whether they are the default detector's own, which tell little. */
  readonly isWeak: boolean
}

/** Where a student sits, not what is seen of one; and names that a graph keeps for itself. */
const noFeatures = ['bbox_ctx', 'img_uid', 'scene', 'logits']
/** A modality counts as everybody's where it has this share of the students of the most common one. */
const commonShare = 0.9

/**
 * Those that were asked for, else everything that nearly all students have, side by side; the detector's own vectors only where there is
 * nothing else. Throws AppError `learning.no-vectors`, `learning.modality-unknown`.
 */
export function chooseModalities(store: Store, asked: string | null): ChosenModalities {
  const counted = countModalities(store).filter(({ name, students }) => students > 0 && !noFeatures.includes(name))
  if (counted.length === 0) {
    throw new AppError(
      'learning.no-vectors',
      'No student has features yet, so there is nothing to learn from. Find students in the photos, import a feature file, or make features.',
    )
  }
  if (asked !== null) return chosen(store, named(counted, asked))
  const most = Math.max(...counted.map(({ students }) => students))
  const common = counted.filter(({ students }) => students >= commonShare * most)
  const weak = weakModalities(store)
  const strong = common.filter(({ name }) => !weak.has(name))
  return chosen(store, strong.length > 0 ? strong : common)
}

type Counted = ReturnType<typeof countModalities>

function named(counted: Counted, asked: string): Counted {
  // A modality's own name may hold a plus.
  const parts = counted.some(({ name }) => name === asked) ? [asked] : asked.split('+')
  return parts.map((part) => {
    const found = counted.find(({ name }) => name === part)
    if (found) return found
    const known = counted.map(({ name }) => name)
    throw new AppError(
      'learning.modality-unknown',
      `There are no features "${part}" to learn from. There are ${known.join(', ')}.`,
      { modality: part, known },
    )
  })
}

function chosen(store: Store, counted: Counted): ChosenModalities {
  const weak = weakModalities(store)
  return {
    modalities: counted.map(({ name, width }) => ({ name, width, role: 'feature' })),
    name: counted.map(({ name }) => name).join('+'),
    isWeak: counted.every(({ name }) => weak.has(name)),
  }
}

/** Modalities whose newest vectors are the default detector's. */
function weakModalities(store: Store): Set<string> {
  const newest = new Map(listFeatureSets(store).map(({ modality, producer }) => [modality, producer]))
  return new Set([...newest].filter(([, producer]) => producer?.family === 'nanodet').map(([name]) => name))
}
