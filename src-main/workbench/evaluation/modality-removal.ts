import type { HeadlineFigure, ModalityRemoval } from '#shared/contract/evaluation.ts'
import { evaluate, type EvaluationInput } from '#shared/metrics/evaluate.ts'
import type { VectorReplacement } from '#main/compute/protocol.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { gatherStudents, type GatheredStudents } from '../inference/gather-students.ts'
import { answeredStudents, isByScene } from '../inference/predict-run.ts'
import { argmax } from '../inference/softmax.ts'
import type { ReadTrainingMeans } from '../inference/training-means.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { runnableModel, type StoredModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { classPlaces, scoredRun, type ScoredRun } from './scored-run.ts'

export interface RemovalParts {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly readMeans: ReadTrainingMeans
}

type Removed = ModalityRemoval['removed'][number]

/** What takes a modality's place for every student. */
interface Removal extends VectorReplacement {
  readonly by: Removed['by']
  readonly meanOf: string | null
}

/**
 * How much each modality matters to a run: its model is run again over the same students with that modality replaced for everybody, by
 * zeros and by the mean of the training split, and judged by the same labels. Students whom the model cannot be run on any more count
 * in none of the figures.
 *
 * Throws AppError `runs.unknown`, `job.cancelled`, and what `gatherStudents` and compute throw.
 */
export async function modalityRemoval(
  parts: RemovalParts,
  runId: number,
  sceneIds: readonly number[] | null,
  job: JobContext,
): Promise<ModalityRemoval> {
  const { project, readMeans } = parts
  const scored = await scoredRun(project.store, runId, sceneIds)
  const model = runnableModel(project, scored.run.modelId)
  const gathered = await gatherRun(project, scored, model, job.signal)
  const { means, meanOf } = await readMeans(project, model, job.signal)
  const removals = means.flatMap(({ modality, vector }): Removal[] => [
    { modality, by: 'zeros', vector: new Float32Array(vector.length), meanOf: null },
    { modality, by: 'mean', vector, meanOf },
  ])
  const answers: Map<number, number>[] = []
  const total = removals.length * gathered.studentIds.length
  for (const removal of removals) {
    const before = answers.length * gathered.studentIds.length
    const told = (done: number): void => job.progress(before + done, total)
    answers.push(await predictWithout(parts, scored, model, gathered, removal, told, job.signal))
  }
  return figuresOf(scored, removals, answers)
}

/** Whole scenes that the run has students of, or, in RAFNet's batches, everybody: neighbours count although nobody labelled them. */
function gatherRun(
  project: OpenProject,
  { run, input }: ScoredRun,
  model: StoredModel,
  signal: AbortSignal,
): Promise<GatheredStudents> {
  const isScene = isByScene(run.batching)
  return gatherStudents({
    store: project.store,
    sceneIds: isScene ? [...new Set(Array.from(input.sceneOf))] : allSceneIds(project.store),
    modalities: model.description.modalities,
    order: isScene ? 'scene' : 'file',
    absolute: (file) => projectFile(project, file),
    signal,
  })
}

/** The class that the model gives each student. */
async function predictWithout(
  { compute }: RemovalParts,
  { run }: ScoredRun,
  { source, description }: StoredModel,
  { studentIds, input: students }: GatheredStudents,
  { modality, vector }: Removal,
  told: (done: number) => void,
  signal: AbortSignal,
): Promise<Map<number, number>> {
  const predicted = new Map<number, number>()
  const input = { model: source, device: 'auto' as const, batching: run.batching, students }
  for await (const message of compute.models.predict({ ...input, replacements: [{ modality, vector }] }, { signal })) {
    if (message.kind !== 'batch') continue
    answeredStudents(studentIds, message).forEach((id, index) => {
      const { classes } = description
      predicted.set(id, argmax(message.logits.subarray(index * classes, (index + 1) * classes)))
    })
    told(message.first + message.count)
  }
  return predicted
}

function figuresOf(
  { run, input, studentIds, classes }: ScoredRun,
  removals: readonly Removal[],
  answers: readonly ReadonlyMap<number, number>[],
): ModalityRemoval {
  const placeOf = classPlaces(classes)
  const kept = studentIds.flatMap((id, place) => (answers.every((one) => one.has(id)) ? [place] : []))
  const pick = (values: ArrayLike<number>): number[] => kept.map((place) => values[place] ?? 0)
  const rows = { ...input, truth: pick(input.truth), predicted: pick(input.predicted), sceneOf: pick(input.sceneOf) }
  return {
    runId: run.id,
    students: kept.length,
    asPredicted: headline(rows),
    removed: removals.map(({ modality, by, meanOf }, index) => {
      const predicted = kept.map((place) => placeOf(answers[index]?.get(studentIds[place] ?? 0) ?? -1))
      return {
        modality,
        by,
        meanOf,
        figures: headline({ ...rows, predicted }),
        changed: predicted.filter((one, row) => one !== rows.predicted[row]).length,
      }
    }),
  }
}

function headline(input: EvaluationInput): Readonly<Record<HeadlineFigure, number>> {
  const { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 } = evaluate(input)
  return { accuracy, accuracyNoNull, macroF1, macroF1NoNull, macroF1NonNullClasses, weightedF1 }
}
