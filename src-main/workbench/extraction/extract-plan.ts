import { AppError } from '#shared/contract/app-error.ts'
import type { WantedWeights, WeightsInfo } from '#shared/contract/extraction.ts'
import type { ModelModality } from '#shared/contract/models.ts'
import type { Store } from '#main/store/store.ts'
import { countWithoutVector, listFeatureSets } from '#main/store/tables/feature.ts'
import { nanodetEmbeddingId, nanodetModality } from './built-in-weights.ts'
import { wantedWeights } from './wanted-weights.ts'
import type { UsableWeights, WeightsRegistry } from './weights.ts'

type Role = 'appearance' | 'relation'

/** Weights that somebody chose by id; null leaves the choice to what is known. */
export type ChosenWeights = Readonly<Record<Role, string | null>>

/** One kind of vectors on the way to a feature pickle. */
export interface VectorStep {
  readonly role: Role
  readonly modality: string
  /** null where every student has these vectors already. */
  readonly weights: UsableWeights | null
}

/** A modality of a head, or of RAFNet's own extractor where there is no head. */
interface NeededVectors {
  readonly role: Role
  readonly name: string
  /** null takes any. */
  readonly width: number | null
}

/** What RAFNet's own extractor writes. */
const wholeExtractor: readonly NeededVectors[] = [
  { role: 'appearance', name: 'convnext', width: null },
  { role: 'relation', name: 'grouprec', width: null },
]

const roleOf = (modality: string): Role => (modality.startsWith('grouprec') ? 'relation' : 'appearance')

/**
 * Which vectors an extraction makes, appearance first, and with which weights. A head says which ones it takes; without one they are those
 * of RAFNet's own extractor. Throws AppError `extraction.weights-missing` naming every file that is missing, `extraction.width`, `weights.*`.
 */
export async function planVectors(
  store: Store,
  registry: WeightsRegistry,
  chosen: ChosenWeights,
  head: readonly ModelModality[] | null,
): Promise<readonly VectorStep[]> {
  const needed =
    head
      ?.filter(({ role }) => role === 'feature')
      .map(({ name, width }) => ({ role: roleOf(name), name, width }))
      .sort((one, other) => one.role.localeCompare(other.role)) ?? wholeExtractor
  const listed = await registry.list()
  const wanted = wantedWeights(listed)
  const missing: string[] = []
  const steps: VectorStep[] = []
  for (const one of needed) {
    const { role } = one
    const weightsId = chosen[role] ?? (head === null ? rafnetsOwn(one, wanted) : fittingId(store, one, listed))
    const modality = head === null && weightsId !== null ? await modalityOf(registry, weightsId, one.name) : one.name
    if (isComplete(store, modality, chosen[role] !== null)) steps.push({ role, modality, weights: null })
    else if (weightsId === null) missing.push(describeMissing(one, wanted))
    else steps.push({ role, modality, weights: await fitting(registry, weightsId, one) })
  }
  if (missing.length === 0) return steps
  throw new AppError(
    'extraction.weights-missing',
    `Weights are missing: ${missing.join('; ')}. Get them from their authors and add the files.`,
    { missing },
  )
}

/** The weights that fill the role in RAFNet's whole extractor. */
const rafnetsOwn = ({ role }: NeededVectors, wanted: readonly WantedWeights[]): string | null =>
  wanted.find((file) => file.role === role)?.weightsId ?? null

/**
 * Weights whose vectors have the name and width that a head takes: those that made some of these vectors, then RAFNet's own or Lectern's,
 * then any of that network. RAFNet's own of another width come last, to be refused with the widths named.
 */
function fittingId(store: Store, needed: NeededVectors, listed: readonly WeightsInfo[]): string | null {
  const { name, width, role } = needed
  if (name === nanodetModality) return nanodetEmbeddingId
  const makers = listFeatureSets(store).flatMap((set) =>
    set.modality === name ? (set.producer?.weightsSha256 ?? []) : [],
  )
  const fits = (one: WeightsInfo): boolean => one.kind === role && one.problem === null && one.width === width
  const usual = isRafnets(name) ? rafnetsOwn(needed, wantedWeights(listed)) : null
  const ofName = listed.filter((one) => one.modality === name && fits(one))
  const maker = listed.find((one) => fits(one) && one.sha256 !== null && makers.includes(one.sha256))
  return (maker ?? ofName.find(({ id }) => id === usual) ?? ofName[0])?.id ?? usual
}

/** Vectors of RAFNet's own networks. */
const isRafnets = (name: string): boolean => wholeExtractor.some((one) => one.name === name)

async function modalityOf(registry: WeightsRegistry, weightsId: string, usual: string): Promise<string> {
  return (await registry.usable(weightsId)).modality ?? usual
}

/** Weights that somebody chose run again over vectors that other weights made here, but never over a file's. */
function isComplete(store: Store, modality: string, isChosen: boolean): boolean {
  const sets = listFeatureSets(store).filter((set) => set.modality === modality)
  const isFromFile = sets.some(({ importId }) => importId !== null)
  if (sets.length === 0 || (isChosen && !isFromFile)) return false
  const { students, without } = countWithoutVector(
    store,
    sets.map(({ id }) => id),
  )
  return students > 0 && without === 0
}

async function fitting(registry: WeightsRegistry, weightsId: string, needed: NeededVectors): Promise<UsableWeights> {
  const weights = await registry.usable(weightsId)
  if (weights.kind !== needed.role) {
    throw new AppError(
      'extraction.role',
      `"${weights.name}" is a ${weights.kind} and cannot make the ${needed.role} vectors "${needed.name}". Choose weights of that kind.`,
      { weightsId, kind: weights.kind, needed: needed.role },
    )
  }
  if (needed.width === null || weights.width === needed.width) return weights
  throw new AppError(
    'extraction.width',
    `The head takes "${needed.name}" of ${needed.width} numbers, but "${weights.name}" gives ${weights.width}. Choose the weights that the head was trained on.`,
    { weightsId, needed: needed.width, width: weights.width },
  )
}

function describeMissing({ role, name, width }: NeededVectors, wanted: readonly WantedWeights[]): string {
  const file = wanted.find((one) => one.role === role)
  if (!file || !isRafnets(name)) return `those of a network for "${name}"${width === null ? '' : ` (${width} numbers)`}`
  const { title, fileName, publishedAt, bytes, licence } = file
  const size = `about ${Math.round(bytes / 1e6)} MB`
  return `${title}, ${fileName} (${size}, published ${publishedAt}; licence: ${licence}) for "${name}"`
}
