import { AppError } from '#shared/contract/app-error.ts'
import type { DetectSummary, SceneFailure } from '#shared/contract/extraction.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Scene } from '#shared/domain/scene.ts'
import type { DetectionMessage, DetectorSource } from '#main/compute/protocol.ts'
import type { FeatureProducer } from '#main/store/tables/feature.ts'
import { intersectionOverUnion, type Box } from '#shared/geometry/box.ts'
import { allSceneIds, getScenes, updateScene } from '#main/store/tables/scene.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { photoFile } from '../media/photo-file.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { builtInFolder, builtInProblem, nanodetModality } from './built-in-weights.ts'
import { detectorSource } from './detector-source.ts'
import { logFailures } from './failure-log.ts'
import { placeBoxes } from './place-boxes.ts'
import { sceneFailure } from './scene-failure.ts'
import { sceneState } from './scene-state.ts'
import { openVectorSet, type VectorSet } from './vector-set.ts'
import type { UsableWeights } from './weights.ts'

export interface DetectRequest {
  readonly weights: UsableWeights
  readonly sceneIds: readonly number[] | null
  readonly setting: 'accurate' | 'fast'
  readonly replace: boolean
  readonly device: Device
}

/** A detection of a few scenes is one undo step each; one of the whole project is taken back by `discardDetections`. */
const mostUndoable = 20

/** A scene to look over, with its photo. */
interface Waiting {
  readonly scene: Scene
  readonly file: string
}

interface Detection {
  readonly context: WorkbenchContext
  readonly project: OpenProject
  readonly request: DetectRequest
  readonly detector: DetectorSource
  readonly waiting: readonly Waiting[]
  readonly annotator: string | null
  readonly counts: { scenes: number; boxes: number; replaced: number; elapsedMs: number }
  readonly failed: SceneFailure[]
}

/**
 * Finds students scene by scene; what is done stays when the job ends early. Scenes with students of a file's or a person's are left
 * alone, as are scenes that this detector looked over before. Throws AppError `weights.*`, `detector.*`, `job.cancelled`.
 */
export async function detectStudents(
  context: WorkbenchContext,
  project: OpenProject,
  request: DetectRequest,
  job: JobContext,
): Promise<DetectSummary> {
  const { store } = project
  // What is no detector is refused also where no scene waits for one.
  const detector = detectorSource(request.weights, builtInFolder(context.resourcesFolder))
  const scenes = getScenes(store, request.sceneIds ?? allSceneIds(store))
  const failed: SceneFailure[] = []
  const { waiting, skipped } = await scenesToLookOver(project, request, scenes, failed)
  const undoable = request.sceneIds !== null && request.sceneIds.length <= mostUndoable
  const detection: Detection = {
    context,
    project,
    request,
    detector,
    waiting,
    annotator: undoable ? (await context.settings.read()).annotator : null,
    counts: { scenes: 0, boxes: 0, replaced: 0, elapsedMs: 0 },
    failed,
  }
  const tried = new Set([...waiting.map(({ scene }) => scene.relativePath), ...failed.map(({ scene }) => scene)])
  const provider = waiting.length > 0 ? await run(detection, job) : ''
  logFailures(store, [{ step: 'detect', tried, failed }])
  const { counts } = detection
  return {
    weightsId: request.weights.id,
    provider,
    scenes: counts.scenes,
    skipped,
    boxes: counts.boxes,
    replaced: counts.replaced,
    msPerScene: counts.scenes === 0 ? 0 : counts.elapsedMs / counts.scenes,
    failed,
    findings: [],
  }
}

async function scenesToLookOver(
  project: OpenProject,
  { weights, setting, replace }: DetectRequest,
  scenes: readonly Scene[],
  failed: SceneFailure[],
): Promise<{ readonly waiting: Waiting[]; readonly skipped: number }> {
  const waiting: Waiting[] = []
  let skipped = 0
  for (const scene of scenes) {
    const { kept, untouched, isDone } = sceneState(project.store, scene.id, weights.sha256 ?? '', setting)
    const isFree = kept.length === 0 && untouched.length === 0 && !isDone
    if (isFree || (replace && kept.every(({ source }) => source !== 'imported'))) {
      await photoFile(project, scene.id).then(
        (file) => waiting.push({ scene, file }),
        (error: unknown) => failed.push(sceneFailure(scene, error)),
      )
    } else skipped += 1
  }
  return { waiting, skipped }
}

/** Returns the provider that ran. */
async function run(detection: Detection, job: JobContext): Promise<string> {
  const { context, request, detector, waiting } = detection
  const folder = builtInFolder(context.resourcesFolder)
  const input = {
    detector,
    photos: waiting.map(({ file }) => ({ file })),
    setting: request.setting,
    embeddings: builtInProblem(folder) ? null : { folder },
    device: request.device,
  }
  let provider = ''
  let vectors: VectorSet | null = null
  job.progress(0, waiting.length)
  for await (const message of context.compute.detection.run(input, { signal: job.signal })) {
    if (message.kind === 'start') {
      provider = message.provider
      vectors = await openDefaultVectors(detection, message)
    } else if (message.kind === 'failed') {
      detection.failed.push({ scene: waiting[message.index]!.scene.relativePath, error: message.error })
      job.progress(message.index + 1, waiting.length)
    } else if (message.kind === 'scene') {
      await keepScene(detection, message, vectors)
      job.progress(message.index + 1, waiting.length)
    }
  }
  await vectors?.seal(job.signal)
  context.changes.publish(['project'])
  // Of scenes that were asked for by name; of a whole project the rest is done, and the list says so.
  if (request.sceneIds !== null && detection.counts.scenes === 0 && detection.failed.length === waiting.length) {
    throw AppError.from(detection.failed[0]!.error)
  }
  return provider
}

/** NanoDet's own maps give every box a first vector in the same pass. */
async function openDefaultVectors(
  { context, project }: Detection,
  start: Extract<DetectionMessage, { kind: 'start' }>,
): Promise<VectorSet | null> {
  if (start.embeddingSha256 === null) return null
  const producer = defaultProducer(context, start.embeddingSha256, start.provider)
  return openVectorSet(project, { modality: nanodetModality, width: 768, producer })
}

/** The producer of NanoDet's vectors. */
export const defaultProducer = (
  { appVersion, clock }: Pick<WorkbenchContext, 'appVersion' | 'clock'>,
  weightsSha256: string,
  provider: string,
): FeatureProducer => ({
  kind: 'appearance',
  weightsSha256,
  family: 'nanodet',
  weightsFile: 'nanodet.bin',
  precision: 'float32',
  noise: null,
  provider,
  appVersion,
  createdAt: clock().toISOString(),
})

async function keepScene(
  detection: Detection,
  found: Extract<DetectionMessage, { kind: 'scene' }>,
  vectors: VectorSet | null,
): Promise<void> {
  const { context, project, request, waiting, annotator, counts } = detection
  const { scene } = waiting[found.index]!
  const boxes = Array.from({ length: found.boxes.length / 5 }, (_, index) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0] = found.boxes.subarray(index * 5, index * 5 + 5)
    return { x1, y1, x2, y2, score }
  })
  const { store } = project
  const { untouched, kept } = sceneState(store, scene.id, request.weights.sha256 ?? '', request.setting)
  const wanted = boxes
    .map((box, index) => ({ box, index }))
    .filter(({ box }) => !kept.some((one) => isSameStudent(one.box, box)))
  const studentIds = store.transaction(() => {
    if (scene.widthPx !== found.widthPx || scene.heightPx !== found.heightPx) {
      updateScene(store, scene.id, { widthPx: found.widthPx, heightPx: found.heightPx })
    }
    return placeBoxes(store, {
      sceneId: scene.id,
      detectorSha256: request.weights.sha256 ?? '',
      setting: request.setting,
      boxes: wanted.map(({ box }) => box),
      replaced: untouched,
      at: context.clock().toISOString(),
      annotator,
    })
  })
  if (vectors && found.embeddings && studentIds.length > 0) {
    const rows = wanted.map(({ index }) => index)
    await vectors.write(studentIds, rowsOf(found.embeddings, vectors.width, rows), () => undefined)
  }
  counts.scenes += 1
  counts.boxes += studentIds.length
  counts.replaced += untouched.length
  counts.elapsedMs += found.elapsedMs
  context.changes.publish(['students', 'scenes'], [scene.id])
}

/** A detected box on a student whom somebody already placed is that student. */
const sameStudentUnion = 0.5

const isSameStudent = (known: Box | null, found: Box): boolean =>
  known !== null && intersectionOverUnion(known, found) >= sameStudentUnion

/** The chosen rows of [rows, width]. */
function rowsOf(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const chosen = new Float32Array(rows.length * width)
  rows.forEach((row, index) => chosen.set(values.subarray(row * width, (row + 1) * width), index * width))
  return chosen
}
