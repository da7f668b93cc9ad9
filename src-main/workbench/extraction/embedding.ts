import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#shared/contract/app-error.ts'
import type { EmbedSummary, Noise, Precision, SceneFailure, WeightsInfo } from '#shared/contract/extraction.ts'
import type { Omission } from '#shared/contract/summary.ts'
import { clearStaleRelations, type FeatureProducer } from '#main/store/tables/feature.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { emptyNotes, embedFindings, noteBoxes, type EmbedNotes } from './embed-findings.ts'
import { boxedStudents, type BoxedStudent, type SceneWork, type Wanted } from './embed-scenes.ts'
import { clearOthers, placeOfModality, type ModalityPlace } from './modality-place.ts'
import { extractorProducer } from './producer.ts'
import { openVectorSet, type VectorSet } from './vector-set.ts'
import type { VectorAnswer } from './vector-stream.ts'

/** Which vectors a network makes. */
export interface EmbedNetwork {
  readonly weights: WeightsInfo
  /** null keeps the vectors under the family's own name. */
  readonly modality: string | null
  readonly noise: Noise
  readonly precision: Precision
  readonly replace: boolean
}

/** One network's part in a pass over the photos. */
export interface Embedding {
  readonly network: EmbedNetwork
  readonly kind: 'appearance' | 'relation'
  readonly modality: string
  readonly width: number
  readonly producer: FeatureProducer
  readonly place: ModalityPlace
  readonly failed: SceneFailure[]
  readonly notes: EmbedNotes
  readonly counts: { scenes: number; students: number; elapsedMs: number }
  readonly ran: { provider: string; cosine: number | null; vectors: VectorSet | null }
}

/** Throws AppError `weights.not-an-extractor`, `extraction.modality-taken`, `extraction.modality-imported`. */
export function beginEmbedding(context: WorkbenchContext, project: OpenProject, network: EmbedNetwork): Embedding {
  const { weights, precision, noise, replace } = network
  const { kind, width, modality: usual } = weights
  if (kind === 'detector' || width === null || usual === null) {
    throw new AppError(
      'weights.not-an-extractor',
      `"${weights.name}" finds students and makes no vectors. Choose weights of an appearance or a relation network.`,
      { weightsId: weights.id, kind },
    )
  }
  const modality = network.modality ?? usual
  const producer = extractorProducer(context, weights, { kind, precision, noise })
  return {
    network,
    kind,
    modality,
    width,
    producer,
    place: placeOfModality(project.store, modality, producer, replace),
    failed: [],
    notes: emptyNotes(),
    counts: { scenes: 0, students: 0, elapsedMs: 0 },
    ran: { provider: '', cosine: null, vectors: null },
  }
}

/** The vectors that are looked for: in the set that is written to, before that in what was made earlier. */
export const wantedOf = ({ kind, place, ran }: Embedding): Wanted => ({
  kind,
  setId: ran.vectors?.id ?? place.own?.id ?? null,
})

/** Only once the network is there do vectors of another one give way to it. */
export async function openEmbedding(
  project: OpenProject,
  { modality, width, producer, place, ran }: Embedding,
  { provider, cosine }: { readonly provider: string; readonly cosine: number | null },
): Promise<void> {
  ran.provider = provider
  ran.cosine = cosine
  if (ran.vectors) return
  await clearOthers(project, place)
  ran.vectors = await openVectorSet(project, { modality, width, producer: { ...producer, provider } })
}

/** A reason to take a transaction back, no error. */
class SceneChanged extends Error {}

/** Returns false, and keeps nothing, where somebody changed the scene meanwhile. */
export async function keepVectors(
  { store }: OpenProject,
  { kind, notes, counts, ran }: Embedding,
  scene: SceneWork['scene'],
  students: readonly BoxedStudent[],
  { vectors, withoutArea, elapsedMs }: VectorAnswer,
): Promise<boolean> {
  let wasStale = false
  counts.elapsedMs += elapsedMs
  try {
    const ids = students.map(({ id }) => id)
    await ran.vectors!.write(ids, vectors, () => {
      if (!isUnchanged(students, boxedStudents(store, scene.id), kind)) throw new SceneChanged()
      wasStale = kind === 'relation' && clearStaleRelations(store, scene.id)
    })
  } catch (error) {
    if (error instanceof SceneChanged) return false
    throw error
  }
  if (wasStale) notes.renewed.push(scene.relativePath)
  noteBoxes(notes, scene, students, withoutArea)
  counts.scenes += 1
  counts.students += students.length
  return true
}

/** Whether the students still stand where they stood; for vectors that depend on everybody, whether nobody came or went either. */
function isUnchanged(asked: readonly BoxedStudent[], now: readonly BoxedStudent[], kind: Embedding['kind']): boolean {
  if (kind === 'relation') return isDeepStrictEqual(asked, now)
  const boxes = new Map(now.map(({ id, box }) => [id, box]))
  return asked.every(({ id, box }) => isDeepStrictEqual(boxes.get(id), box))
}

/** What the user is told at the end. */
export function embedSummary(
  { network: { weights }, modality, width, failed, notes, counts, ran }: Embedding,
  skipped: number,
  empty: readonly string[],
  omitted: readonly Omission[],
): EmbedSummary {
  return {
    weightsId: weights.id,
    modality,
    width,
    provider: ran.provider,
    scenes: counts.scenes,
    skipped,
    students: counts.students,
    msPerStudent: counts.students === 0 ? 0 : counts.elapsedMs / counts.students,
    omitted,
    failed,
    findings: embedFindings(weights, notes, empty, ran.cosine),
  }
}
