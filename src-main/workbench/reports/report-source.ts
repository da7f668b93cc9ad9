import { AppError } from '#shared/contract/app-error.ts'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { Faces } from '#shared/contract/schemas.ts'
import type { SceneDetail, SceneStudent } from '#shared/contract/scenes.ts'
import { classByIndex, type BehaviourClass } from '#shared/domain/behaviour-class.ts'
import {
  isWrong,
  type ReportHead,
  type ReportLanguage,
  type ReportRun,
  type ReportScene,
  type ReportStudent,
} from '#main/reports/report-model.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { getProperty } from '#main/store/tables/property.ts'
import { tallyLabels, tallyPredictions } from '#main/store/tables/label-tally.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { evaluateRun } from '../evaluation/evaluate-run.ts'
import { figureIntervals } from '../evaluation/figure-intervals.ts'
import { readNoiseStudy } from '../extraction/noise-record.ts'
import { knownRun } from '../models/run-info.ts'
import { ensembleFamily, storedModel, toModelInfo } from '../models/stored-model.ts'
import { photoFile } from '../media/photo-file.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { summarise } from '../projects/project-summary.ts'
import { sceneDetail } from '../scenes/scene-detail.ts'
import type { WorkbenchContext } from '../workbench-context.ts'

export interface ReportChoice {
  /** null reports the labels alone. */
  readonly runId: number | null
  readonly faces: Faces
  readonly sceneIds: readonly number[] | null
  readonly language: ReportLanguage
}

/** Annotated photos are this large at most: readable on paper, and a report of forty scenes stays within an e-mail. */
const photoLongerSidePx = 1600

/** Everything of a report but its scenes. Throws AppError `runs.unknown` and, when aborted, `job.cancelled`. */
export async function reportHead(
  context: WorkbenchContext,
  project: OpenProject,
  choice: ReportChoice,
  signal: AbortSignal,
): Promise<ReportHead> {
  const { store } = project
  return {
    project: summarise(project).name,
    note: getProperty(store, 'note'),
    classes: listClasses(store),
    run: choice.runId === null ? null : await reportRun(project, choice.runId, choice.sceneIds, signal),
    labels: tallyLabels(store, choice.sceneIds),
    noiseStudy: readNoiseStudy(store),
    generatedAt: context.clock().toISOString(),
    appVersion: context.appVersion,
    faces: choice.faces,
    language: choice.language,
  }
}

async function reportRun(
  project: OpenProject,
  runId: number,
  sceneIds: ReportChoice['sceneIds'],
  signal: AbortSignal,
): Promise<ReportRun> {
  const { store } = project
  const run = knownRun(store, runId)
  const model = toModelInfo(storedModel(project, run.modelId))
  return {
    name: run.name,
    family: model.family,
    provider: run.provider,
    providerReason: run.providerReason,
    predictedAt: run.createdAt,
    batching: run.batching,
    members: membersOf(model),
    evaluation: await evaluateRun(store, runId, sceneIds),
    intervals: await figureIntervals(store, runId, sceneIds, signal),
    predicted: tallyPredictions(store, runId, sceneIds),
  }
}

/** Members and weights stand among the parameters of an ensemble. */
const membersOf = ({ family, assumptions }: ModelInfo): ReportRun['members'] =>
  family === ensembleFamily ? assumptions.map((one) => ({ name: one.parameter, weight: Number(one.value) })) : []

export const chosenScenes = (project: OpenProject, choice: ReportChoice): readonly number[] =>
  choice.sceneIds ?? allSceneIds(project.store)

export interface SceneOptions {
  readonly photos: boolean
  readonly signal: AbortSignal
  readonly onScene: (done: number) => void
}

/** The scenes of a report one after the other, so that a long report never stands in memory. */
export async function* reportScenes(
  context: WorkbenchContext,
  project: OpenProject,
  head: ReportHead,
  choice: ReportChoice & { readonly sceneIds: readonly number[] },
  { photos, signal, onScene }: SceneOptions,
): AsyncGenerator<ReportScene, void> {
  const scores = new Map(head.run?.evaluation.scenes.map((score) => [score.sceneId, score]))
  for (const [position, sceneId] of choice.sceneIds.entries()) {
    signal.throwIfAborted()
    // Lets calls and other jobs in between two scenes.
    await new Promise(setImmediate)
    const detail = sceneDetail(project.store, sceneId, choice.runId === null ? [] : [choice.runId])
    const students = detail.students.map(toReportStudent)
    yield {
      scene: detail.scene.name,
      relativePath: detail.scene.relativePath,
      room: detail.scene.room,
      takenAt: detail.scene.takenAt,
      reviewed: detail.scene.review === 'reviewed',
      score: scores.get(sceneId) ?? null,
      students,
      photo: photos && detail.scene.hasPhoto ? await annotatedPhoto(context, project, detail, students, head) : null,
    }
    onScene(position + 1)
  }
}

function toReportStudent({ bboxId, label, predictions }: SceneStudent, at: number): ReportStudent {
  const prediction = predictions[0] ?? null
  return {
    seat: at + 1,
    bboxId,
    truth: label?.classIndex ?? null,
    truthSource: label?.source ?? null,
    annotator: label?.annotator ?? null,
    predicted: prediction?.classIndex ?? null,
    confidence: prediction?.probabilities[prediction.classIndex] ?? null,
    probabilities: prediction?.probabilities ?? null,
  }
}

function annotatedPhoto(
  { compute }: WorkbenchContext,
  project: OpenProject,
  { scene, students }: SceneDetail,
  shown: readonly ReportStudent[],
  { classes, faces }: ReportHead,
): Promise<Uint8Array | null> {
  const marks = students.map(({ box }, at) => {
    const student = shown[at]!
    const behaviour = shownClass(classes, student)
    return {
      box,
      colour: behaviour?.colour ?? '#ffffff',
      text: `${student.seat}${behaviour ? ` ${behaviour.letter}` : ''}`,
      wrong: isWrong(student),
    }
  })
  const longerSidePx = photoLongerSidePx
  return photoFile(project, scene.id)
    .then((file) => compute.photos.annotate({ file, marks, pixelate: faces === 'pixelated', longerSidePx }))
    .catch(withoutPhoto)
}

/** A photo that went or broke must not cost the whole report: its scene says that it is not at hand. */
function withoutPhoto(error: unknown): null {
  if (error instanceof AppError && /^(media|photo)\./.test(error.code)) return null
  throw error
}

/** What a box shows: the label in force, else the prediction. */
function shownClass(
  classes: readonly BehaviourClass[],
  { truth, predicted }: ReportStudent,
): BehaviourClass | undefined {
  const index = truth ?? predicted
  return index === null ? undefined : classByIndex(classes, index)
}
