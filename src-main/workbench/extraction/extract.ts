import { access, constants } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { DetectSummary, EmbedSummary, ExtractSummary, Noise } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { writeFailure } from '#main/exchange/files.ts'
import { makeFolder } from '#main/exchange/make-folder.ts'
import { scenesWithoutStudents } from '#main/store/tables/scene.ts'
import { writeExport } from '../exchange/export-features.ts'
import { predictRun } from '../inference/predict-run.ts'
import type { PhasedJobContext } from '../jobs/job-registry.ts'
import { runnableModel, type StoredModel } from '../models/stored-model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { nanodetId } from './built-in-weights.ts'
import { detectStudents } from './detect.ts'
import { embedStudents } from './embed.ts'
import { planVectors, type VectorStep } from './extract-plan.ts'
import type { UsableWeights, WeightsRegistry } from './weights.ts'

export interface ExtractRequest {
  readonly sceneIds: readonly number[] | null
  /** Ids of weights; null takes those that fill RAFNet's roles, and Lectern's own detector. */
  readonly detector: string | null
  readonly relation: string | null
  readonly appearance: string | null
  readonly noise: Noise
  readonly modelId: number | null
  readonly out: string | null
  readonly device: Device
}

interface Extraction {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly registry: WeightsRegistry
  readonly request: ExtractRequest
}

/**
 * RAFNet on a folder of photos: students are found where there are none, each modality is made where it is missing, a head predicts, and
 * the vectors are written as a feature pickle. What is missing for it is said before anything runs; what is done stays when it ends early.
 * Throws AppError `extraction.weights-missing`, `extraction.width`, and what each step throws.
 */
export async function extractAll(
  context: WorkbenchContext,
  project: OpenProject,
  registry: WeightsRegistry,
  request: ExtractRequest,
  job: PhasedJobContext,
): Promise<ExtractSummary> {
  const extraction = { context, project, registry, request }
  const { relation, appearance, modelId } = request
  const model = modelId === null ? null : runnableModel(project, modelId)
  const out = request.out === null ? null : resolve(request.out)
  if (out !== null) await assertWritable(out)
  const head = model?.description.modalities ?? null
  const steps = await planVectors(project.store, registry, { relation, appearance }, head)

  const detect = await detectMissing(extraction, job)
  const embeds: EmbedSummary[] = []
  for (const pass of passesOf(steps)) embeds.push(...(await makeVectors(extraction, pass, job)))
  const runId = model === null ? null : await predict(extraction, model, job)
  if (out === null) return { detect, embeds, runId, file: null, recordFile: null }
  job.phase('export')
  // Relation first, as RAFNet's extractor writes them.
  const modalities = steps.map(({ modality }) => modality).reverse()
  const selection = { split: null, sceneIds: chosenScenes(request), modalities, unlabelled: 'include' as const }
  const { file, findings } = await writeExport(context, selection, out, job)
  const record = findings.find(({ code }) => code === 'run-metadata-written')
  return { detect, embeds, runId, file, recordFile: record?.examples[0] ?? null }
}

const chosenScenes = ({ sceneIds }: ExtractRequest): number[] | null => sceneIds && [...sceneIds]

/** Hours of extraction must not end at a folder that takes no file. */
async function assertWritable(out: string): Promise<void> {
  try {
    makeFolder(dirname(out))
    await access(dirname(out), constants.W_OK)
  } catch (error) {
    throw writeFailure('export.write-failed', out, error)
  }
}

/** null where every scene has its students. */
async function detectMissing(
  { context, project, registry, request }: Extraction,
  job: PhasedJobContext,
): Promise<DetectSummary | null> {
  const { sceneIds, detector, device } = request
  const bare = new Set(scenesWithoutStudents(project.store))
  if (!(sceneIds ?? [...bare]).some((id) => bare.has(id))) return null
  job.phase('detect')
  const weights = await registry.usable(detector ?? nanodetId)
  return detectStudents(context, project, { weights, sceneIds, setting: 'accurate', replace: false, device }, job)
}

interface NeededStep extends VectorStep {
  readonly weights: UsableWeights
}

/** Walks over the photos: the user's networks share one, in which a photo is decoded once; Lectern's own detector goes alone. */
function passesOf(steps: readonly VectorStep[]): readonly (readonly NeededStep[])[] {
  const needed = steps.flatMap(({ weights, ...step }) => (weights === null ? [] : [{ ...step, weights }]))
  const shared = needed.filter(({ weights }) => !weights.builtIn)
  const alone = needed.filter(({ weights }) => weights.builtIn).map((step) => [step])
  return shared.length === 0 ? alone : [...alone, shared]
}

async function makeVectors(
  { context, project, request }: Extraction,
  steps: readonly NeededStep[],
  job: PhasedJobContext,
): Promise<EmbedSummary[]> {
  job.phase(steps.length === 1 ? steps[0]!.role : 'vectors')
  const { noise, sceneIds, device } = request
  const networks = steps.map(({ modality, weights }) => ({
    weights,
    modality,
    noise,
    precision: 'float32' as const,
    replace: false,
  }))
  return embedStudents(context, project, { networks, sceneIds, device }, job)
}

async function predict(
  { context, project, request }: Extraction,
  model: StoredModel,
  job: PhasedJobContext,
): Promise<number> {
  job.phase('predict')
  const run = {
    project,
    compute: context.compute,
    model,
    sceneIds: request.sceneIds,
    name: model.row.name,
    device: request.device,
    batching: 'scene',
    appVersion: context.appVersion,
    createdAt: context.clock().toISOString(),
  }
  const runId = await predictRun(run, job)
  context.changes.publish(['runs'])
  return runId
}
