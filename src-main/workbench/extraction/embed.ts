import { performance } from 'node:perf_hooks'
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#shared/contract/app-error.ts'
import type { EmbedSummary, Noise, Precision, SceneFailure, WeightsInfo } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { clearStaleRelations, type FeatureProducer } from '#main/store/tables/feature.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { emptyNotes, embedFindings, noteBoxes, type EmbedNotes } from './embed-findings.ts'
import { boxedStudents, scenesToEmbed, studentsToEmbed, type BoxedStudent, type SceneWork } from './embed-scenes.ts'
import { logFailures } from './failure-log.ts'
import { clearOthers, placeOfModality, type ModalityPlace } from './modality-place.ts'
import { extractorProducer } from './producer.ts'
import { sceneFailure } from './scene-failure.ts'
import { openVectorSet, type VectorSet } from './vector-set.ts'
import { vectorStream, type VectorMessage } from './vector-stream.ts'

export interface EmbedRequest {
  readonly weights: WeightsInfo
  /** null keeps the vectors under the family's own name. */
  readonly modality: string | null
  readonly noise: Noise
  readonly precision: Precision
  readonly replace: boolean
  readonly sceneIds: readonly number[] | null
  readonly device: Device
}

/** Somebody may work on the scenes meanwhile; scenes that changed are taken again this often. */
const mostRounds = 5

interface Embedding {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly request: EmbedRequest
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

/**
 * Gives every student a vector of one network, scene by scene; what is done stays when the job ends early, and scenes that are done
 * are skipped. A scene whose photo fails is listed and the others go on. Throws AppError `weights.not-an-extractor`,
 * `extraction.modality-taken`, `extraction.modality-imported`, what compute throws of weights, and `job.cancelled`.
 */
export async function embedStudents(
  context: WorkbenchContext,
  project: OpenProject,
  request: EmbedRequest,
  job: JobContext,
): Promise<EmbedSummary> {
  const { store } = project
  const embedding = begin(context, project, request)
  const { kind, place, failed, modality, width, counts, ran, notes } = embedding
  const omissions = createOmissions()
  const wanted = { kind, setId: place.own?.id ?? null }
  const sceneIds = request.sceneIds ?? allSceneIds(store)
  const { waiting, skipped, empty } = await scenesToEmbed(project, sceneIds, wanted, {
    omissions,
    failed,
    signal: job.signal,
  })
  const tried = new Set([...waiting.map(({ scene }) => scene.relativePath), ...failed.map(({ scene }) => scene)])
  if (waiting.length > 0) await embedInRounds(embedding, waiting, job)
  logFailures(store, modality, tried, failed)
  context.changes.publish(['project', 'scenes'])
  if (request.sceneIds !== null && counts.scenes === 0 && skipped === 0 && failed[0]) {
    throw AppError.from(failed[0].error)
  }
  return {
    weightsId: request.weights.id,
    modality,
    width,
    provider: ran.provider,
    scenes: counts.scenes,
    skipped,
    students: counts.students,
    msPerStudent: counts.students === 0 ? 0 : counts.elapsedMs / counts.students,
    omitted: omissions.list(),
    failed,
    findings: embedFindings(request.weights, notes, empty, ran.cosine),
  }
}

function begin(context: WorkbenchContext, project: OpenProject, request: EmbedRequest): Embedding {
  const { weights, precision, noise, replace } = request
  const { kind, width, modality: usual } = weights
  if (kind === 'detector' || width === null || usual === null) {
    throw new AppError(
      'weights.not-an-extractor',
      `"${weights.name}" finds students and makes no vectors. Choose weights of an appearance or a relation network.`,
      { weightsId: weights.id, kind },
    )
  }
  const modality = request.modality ?? usual
  const producer = extractorProducer(context, weights, { kind, precision, noise })
  return {
    context,
    project,
    request,
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

async function embedInRounds(embedding: Embedding, first: readonly SceneWork[], job: JobContext): Promise<void> {
  const start = performance.now()
  let waiting = first
  try {
    for (let round = 0; waiting.length > 0 && round < mostRounds; round += 1) {
      waiting = await embedRound(embedding, waiting, job)
    }
  } finally {
    embedding.counts.elapsedMs = performance.now() - start
    // What was written before a cancellation stays, and its hash with it.
    await embedding.ran.vectors?.seal(new AbortController().signal)
  }
  for (const { scene } of waiting) {
    const error = new AppError(
      'extraction.scene-changing',
      `${scene.relativePath} was edited again and again while its vectors were made. Make them anew when the edits are done.`,
      { scene: scene.relativePath },
    )
    embedding.failed.push(sceneFailure(scene, error))
  }
}

/** Returns the scenes that somebody changed meanwhile, as they stand now. */
async function embedRound(
  embedding: Embedding,
  works: readonly SceneWork[],
  job: JobContext,
): Promise<readonly SceneWork[]> {
  const { context, request, failed, ran } = embedding
  const changed: SceneWork[] = []
  job.progress(0, works.length)
  for await (const message of vectorStream(context, request, works, job.signal)) {
    if (message.kind === 'start') await open(embedding, message)
    else if (message.kind === 'failed') {
      const { code, message: sentence } = message.error
      failed.push(sceneFailure(works[message.index]!.scene, new AppError(code, sentence, {})))
    } else if (message.kind === 'scene') {
      const work = works[message.index]!
      if (!(await keep(embedding, work, message, ran.vectors!))) changed.push(work)
    }
    if ('index' in message) job.progress(message.index + 1, works.length)
  }
  return changed.flatMap((work) => {
    const students = studentsToEmbed(embedding.project.store, work.scene.id, wantedNow(embedding))
    return students.length === 0 ? [] : [{ ...work, students }]
  })
}

const wantedNow = ({ kind, ran }: Embedding) => ({ kind, setId: ran.vectors?.id ?? null })

/** Only once the network is there do vectors of another one give way to it. */
async function open(embedding: Embedding, start: Extract<VectorMessage, { kind: 'start' }>): Promise<void> {
  const { project, modality, width, producer, place, ran } = embedding
  ran.provider = start.provider
  ran.cosine = start.cosine
  if (ran.vectors) return
  await clearOthers(project, place)
  ran.vectors = await openVectorSet(project, { modality, width, producer: { ...producer, provider: start.provider } })
}

/** A reason to take a transaction back, no error. */
class SceneChanged extends Error {}

/** Returns false, and keeps nothing, where somebody changed the scene meanwhile. */
async function keep(
  { context, project: { store }, kind, notes, counts }: Embedding,
  work: SceneWork,
  { vectors, withoutArea }: Extract<VectorMessage, { kind: 'scene' }>,
  set: VectorSet,
): Promise<boolean> {
  const { scene, students } = work
  let wasStale = false
  try {
    const ids = students.map(({ id }) => id)
    await set.write(ids, vectors, () => {
      if (!isUnchanged(students, boxedStudents(store, scene.id), kind)) throw new SceneChanged()
      wasStale = kind === 'relation' && clearStaleRelations(store, scene.id)
    })
  } catch (error) {
    if (error instanceof SceneChanged) return false
    throw error
  }
  if (wasStale) notes.renewed.push(scene.relativePath)
  noteBoxes(notes, work, withoutArea)
  counts.scenes += 1
  counts.students += students.length
  context.changes.publish(['students'], [scene.id])
  return true
}

/** Whether the students still stand where they stood; for vectors that depend on everybody, whether nobody came or went either. */
function isUnchanged(asked: readonly BoxedStudent[], now: readonly BoxedStudent[], kind: Embedding['kind']): boolean {
  if (kind === 'relation') return isDeepStrictEqual(asked, now)
  const boxes = new Map(now.map(({ id, box }) => [id, box]))
  return asked.every(({ id, box }) => isDeepStrictEqual(boxes.get(id), box))
}
