import { AppError, toAppError } from '#shared/contract/app-error.ts'
import type { EmbedSummary } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { scenesToEmbed, studentsToEmbed, type SceneStudents, type SceneWork } from './embed-scenes.ts'
import {
  beginEmbedding,
  embedSummary,
  keepVectors,
  openEmbedding,
  wantedOf,
  type Embedding,
  type EmbedNetwork,
} from './embedding.ts'
import { logFailures } from './failure-log.ts'
import { sceneFailure } from './scene-failure.ts'
import { vectorStream, type VectorMessage } from './vector-stream.ts'

export interface EmbedRequest {
  /** Several see a photo that is decoded once; Lectern's own detector goes alone. */
  readonly networks: readonly EmbedNetwork[]
  readonly sceneIds: readonly number[] | null
  readonly device: Device
}

/** Somebody may work on the scenes meanwhile; scenes that changed are taken again this often. */
const mostRounds = 5

/** A walk over the photos for one network or more. */
interface Pass {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly device: Device
  readonly embeddings: readonly Embedding[]
}

/**
 * Gives every student a vector of each network, scene by scene; what is done stays when the job ends early, and of a scene only those
 * vectors are made that it lacks. A scene whose photo fails is listed and the others go on. Answers in the order of the networks. Throws
 * AppError `weights.not-an-extractor`, `extraction.modality-taken`, `extraction.modality-imported`, what compute throws of weights, and
 * `job.cancelled`.
 */
export async function embedStudents(
  context: WorkbenchContext,
  project: OpenProject,
  { networks, sceneIds, device }: EmbedRequest,
  job: JobContext,
): Promise<EmbedSummary[]> {
  const { store } = project
  const embeddings = networks.map((network) => beginEmbedding(context, project, network))
  const omissions = createOmissions()
  const { waiting, lost, skipped, empty } = await scenesToEmbed(
    project,
    sceneIds ?? allSceneIds(store),
    embeddings.map(wantedOf),
    { omissions, signal: job.signal },
  )
  for (const { error, ...where } of lost) fail(embeddings, where, error)
  if (waiting.length > 0) await embedInRounds({ context, project, device, embeddings }, waiting, job)
  const tried = [...waiting, ...lost]
  logFailures(
    store,
    embeddings.map(({ modality, failed }, network) => ({ step: modality, tried: triedBy(network, tried), failed })),
  )
  context.changes.publish(['project', 'scenes'])
  embeddings.forEach(({ counts, failed: [first] }, network) => {
    if (sceneIds !== null && counts.scenes === 0 && skipped[network] === 0 && first) throw AppError.from(first.error)
  })
  return embeddings.map((one, network) => embedSummary(one, skipped[network]!, empty, omissions.list()))
}

const triedBy = (network: number, scenes: readonly SceneStudents[]): ReadonlySet<string> =>
  new Set(scenes.filter(({ students }) => students[network]!.length > 0).map(({ scene }) => scene.relativePath))

/** A scene fails for the networks that had something to do in it. */
function fail(embeddings: readonly Embedding[], { scene, students }: SceneStudents, error: unknown): void {
  const failure = sceneFailure(scene, toAppError(error))
  embeddings.forEach(({ failed }, network) => {
    if (students[network]!.length > 0) failed.push(failure)
  })
}

async function embedInRounds(pass: Pass, first: readonly SceneWork[], job: JobContext): Promise<void> {
  let waiting = first
  try {
    for (let round = 0; waiting.length > 0 && round < mostRounds; round += 1) {
      waiting = await embedRound(pass, waiting, job)
    }
  } finally {
    // What was written before a cancellation stays, and its hash with it.
    for (const { ran } of pass.embeddings) await ran.vectors?.seal(new AbortController().signal)
  }
  for (const work of waiting) {
    const scene = work.scene.relativePath
    const error = new AppError(
      'extraction.scene-changing',
      `${scene} was edited again and again while its vectors were made. Make them anew when the edits are done.`,
      { scene },
    )
    fail(pass.embeddings, work, error)
  }
}

/** Returns the scenes that somebody changed meanwhile, as they stand now. */
async function embedRound(pass: Pass, works: readonly SceneWork[], job: JobContext): Promise<readonly SceneWork[]> {
  const { context, project, device, embeddings } = pass
  const changed: SceneWork[] = []
  job.progress(0, works.length)
  const request = { networks: embeddings.map(({ network }) => network), device }
  for await (const message of vectorStream(context, request, works, job.signal)) {
    if (message.kind === 'start') {
      for (const [network, started] of message.networks.entries()) {
        await openEmbedding(project, embeddings[network]!, started)
      }
    } else if (message.kind === 'failed') {
      const { code, message: sentence } = message.error
      fail(embeddings, works[message.index]!, new AppError(code, sentence, {}))
    } else if (message.kind === 'scene') {
      const work = works[message.index]!
      if (!(await keepScene(pass, work, message))) changed.push(work)
    }
    if ('index' in message) job.progress(message.index + 1, works.length)
  }
  return changed.flatMap((work) => {
    const students = embeddings.map((one) => studentsToEmbed(project.store, work.scene.id, wantedOf(one)))
    return students.every(({ length }) => length === 0) ? [] : [{ ...work, students }]
  })
}

/** Returns false where somebody changed the scene meanwhile, so that some network's vectors were not kept. */
async function keepScene(
  { context, project, embeddings }: Pass,
  { scene, students }: SceneWork,
  { answers }: Extract<VectorMessage, { kind: 'scene' }>,
): Promise<boolean> {
  let isKept = true
  for (const [network, answer] of answers.entries()) {
    const shown = students[network]!
    if (shown.length === 0) continue
    const isWhole = await keepVectors(project, embeddings[network]!, scene, shown, answer)
    isKept &&= isWhole
  }
  context.changes.publish(['students'], [scene.id])
  return isKept
}
