import { rm } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#shared/contract/app-error.ts'
import { noise as noiseSchema } from '#shared/contract/extraction.ts'
import type { Store } from '#main/store/store.ts'
import {
  listFeatureSets,
  nextFeatureRow,
  removeFeatureSet,
  type FeatureProducer,
  type FeatureSet,
} from '#main/store/tables/feature.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import { producerIdentity } from './vector-set.ts'

/** Where vectors of a producer go under a modality's name. */
export interface ModalityPlace {
  /** The set that holds what this producer made before, or null. */
  readonly own: FeatureSet | null
  /** Sets of other producers that give way. */
  readonly others: readonly FeatureSet[]
}

/** In words: `relation.pkl (sha256 0123456789ab, float32, noise of seed 0)`. */
export function describeProducer({ weightsFile, weightsSha256, precision, noise }: FeatureProducer): string {
  const drawn = noise === null ? '' : `, ${describeNoise(noise)}`
  return `${weightsFile} (sha256 ${weightsSha256.slice(0, 12)}, ${precision}${drawn})`
}

function describeNoise(stored: unknown): string {
  const noise = noiseSchema.parse(stored)
  switch (noise.kind) {
    case 'none':
      return 'without noise'
    case 'seed':
      return `noise of seed ${noise.seed}`
    case 'mean':
      return `mean of ${noise.draws} draws of noise from seed ${noise.seed}`
  }
}

/**
 * Vectors of one name come from one network, so that no model is fed a mixture. Throws AppError `extraction.modality-imported` where a
 * file brought vectors under this name, and `extraction.modality-taken` where another producer made some and `replace` is false.
 */
export function placeOfModality(
  store: Store,
  modality: string,
  producer: FeatureProducer,
  replace: boolean,
): ModalityPlace {
  const same = listFeatureSets(store).filter((set) => set.modality === modality)
  const imported = same.find(({ importId }) => importId !== null)
  if (imported) {
    throw new AppError(
      'extraction.modality-imported',
      `The features "${modality}" of this project came from a file and stay as they are. Keep the new ones under another name (--name).`,
      { modality },
    )
  }
  const isOwn = (set: FeatureSet): boolean =>
    set.producer !== null && isDeepStrictEqual(producerIdentity(set.producer), producerIdentity(producer))
  const others = same.filter((set) => !isOwn(set))
  const taken = others.find(({ id }) => nextFeatureRow(store, id) > 0)?.producer
  if (taken && !replace) {
    throw new AppError(
      'extraction.modality-taken',
      `The features "${modality}" were made with ${describeProducer(taken)}, not with ${describeProducer(producer)}. Keep the new ones under another name (--name), or replace the old ones (--replace).`,
      { modality, known: describeProducer(taken), asked: describeProducer(producer) },
    )
  }
  return { own: same.find(isOwn) ?? null, others }
}

/** Forgets the vectors of other producers, file and all. */
export async function clearOthers(project: OpenProject, { others }: ModalityPlace): Promise<void> {
  for (const { id, file } of others) {
    await removeFeatureSet(project.store, id)
    await rm(projectFile(project, file), { force: true })
  }
}
