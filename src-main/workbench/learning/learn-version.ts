import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { LearnOutcome } from '#main/compute/protocol.ts'
import {
  insertHeldOut,
  insertLearnt,
  insertUnfamiliar,
  learntFolder,
  type LearntFigures,
} from '#main/store/tables/learnt.ts'
import { insertModel } from '#main/store/tables/model.ts'
import { replacePrediction } from '#main/store/tables/prediction.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import { gatherStudents, type GatheredStudents } from '../inference/gather-students.ts'
import { predictRun } from '../inference/predict-run.ts'
import { argmax, softmax } from '../inference/softmax.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { removeModel } from '../models/remove-model.ts'
import { storedModel, type ModelReading } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import type { ChosenModalities } from './choose-modalities.ts'
import type { Examples } from './gather-examples.ts'

export interface LearnVersionOptions {
  readonly project: OpenProject
  readonly parts: Pick<WorkbenchContext, 'compute' | 'clock' | 'appVersion'>
  readonly chosen: ChosenModalities
  readonly examples: Examples
  readonly classes: readonly BehaviourClass[]
  /** Newest label when the examples were gathered. */
  readonly lastLabelId: number
}

/** What a version, its model and its run are called. */
export function versionName({ corrected, studentIds }: Examples): string {
  const imported = studentIds.length - corrected
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
  const parts = [
    ...(corrected > 0 || imported === 0 ? [counted(corrected, 'correction')] : []),
    ...(imported > 0 ? [counted(imported, 'imported label')] : []),
  ]
  return `Learnt from ${parts.join(' and ')}`
}

/**
 * Learns a head, keeps it as a model of the project, and runs it on everybody. Nothing of it is left where it fails. Throws what compute
 * and `predictRun` throw, `job.cancelled` included.
 */
export async function learnVersion(options: LearnVersionOptions, job: JobContext): Promise<number> {
  const { project, parts, examples, classes } = options
  const folder = learntFolder(randomUUID().slice(0, 8))
  const file = `${folder}/learnt.onnx`
  let modelId: number | null = null
  try {
    const nullPlace = classes.findIndex(({ isNull }) => isNull)
    const input = {
      vectors: examples.input.vectors,
      labels: examples.labels,
      scenes: examples.scenes,
      classNames: classes.map(({ name }) => name),
      nullIndex: nullPlace < 0 ? null : nullPlace,
      out: projectFile(project, file),
      version: parts.appVersion,
    }
    const everybody = await gatherEverybody(options, job)
    const outcome = await parts.compute.learning.learn(
      { ...input, everybody: everybody.input.vectors },
      { signal: job.signal },
    )
    modelId = await keepModel(options, file)
    const runId = await predict(options, modelId, job)
    const learntId = await keepVersion(options, { modelId, runId, outcome }, job)
    await keepUnfamiliar(options, learntId, everybody.studentIds, outcome, job)
    return learntId
  } catch (error) {
    if (modelId !== null) await removeModel(project, modelId)
    await rm(projectFile(project, folder), { recursive: true, force: true })
    throw error
  }
}

/** All students who could be learnt from, labelled or not. */
function gatherEverybody({ project, chosen }: LearnVersionOptions, job: JobContext): Promise<GatheredStudents> {
  return gatherStudents({
    store: project.store,
    sceneIds: allSceneIds(project.store),
    modalities: chosen.modalities,
    absolute: (file) => projectFile(project, file),
    signal: job.signal,
  })
}

async function keepUnfamiliar(
  { project: { store } }: LearnVersionOptions,
  learntId: number,
  studentIds: readonly number[],
  { unfamiliar: { rows, times } }: LearnOutcome,
  job: JobContext,
): Promise<void> {
  const keep = (row: number, index: number): void => insertUnfamiliar(store, learntId, studentIds[row]!, times[index]!)
  await writeInSteps(store, [...rows], keep, { signal: job.signal })
}

async function keepModel({ project, parts, chosen, examples }: LearnVersionOptions, file: string): Promise<number> {
  const modalities = chosen.modalities.map(({ name, width }) => ({ name, width }))
  const reading: ModelReading = { chosen: {}, hasBoxes: false, modalities }
  const absolute = projectFile(project, file)
  const description = await parts.compute.models.describe({ file: absolute, config: null, ...reading })
  return insertModel(project.store, {
    name: versionName(examples),
    sourceFile: absolute,
    file,
    sha256: description.sha256,
    configFile: null,
    configSha256: null,
    reading,
    family: description.family,
    description,
    createdAt: parts.clock().toISOString(),
  })
}

function predict({ project, parts, examples }: LearnVersionOptions, modelId: number, job: JobContext): Promise<number> {
  const { compute, appVersion, clock } = parts
  const run = {
    project,
    compute,
    model: storedModel(project, modelId),
    sceneIds: null,
    name: versionName(examples),
    // A linear head is done before a GPU has woken up.
    device: 'cpu' as const,
    batching: 'scene',
    appVersion,
    createdAt: clock().toISOString(),
  }
  return predictRun(run, job)
}

/**
 * What the run says of students whom the head learnt from is put right: the answer of the fit that left them out takes the place of the
 * head's own, so that figures of the run promise no more than the version's do.
 */
async function keepVersion(
  { project: { store }, parts, chosen, examples, lastLabelId }: LearnVersionOptions,
  { modelId, runId, outcome }: { readonly modelId: number; readonly runId: number; readonly outcome: LearnOutcome },
  job: JobContext,
): Promise<number> {
  const figures = figuresOf(chosen, examples, outcome)
  const createdAt = parts.clock().toISOString()
  const learntId = insertLearnt(store, { modelId, runId, figures, lastLabelId, createdAt })
  const { byOthers, heldOutLogits } = outcome
  const { studentIds } = examples
  const classes = byOthers.length / studentIds.length
  await writeInSteps(
    store,
    studentIds,
    (studentId, index) => {
      const rowOf = (values: Float32Array): Float32Array => values.subarray(index * classes, (index + 1) * classes)
      const [others, logits] = [rowOf(byOthers), rowOf(heldOutLogits)]
      if (!Number.isNaN(others[0])) insertHeldOut(store, learntId, studentId, others)
      if (Number.isNaN(logits[0])) return
      const classIndex = argmax(logits)
      const confidence = softmax(logits)[classIndex] ?? 0
      replacePrediction(store, { runId, studentId, classIndex, confidence, logits })
    },
    { signal: job.signal },
  )
  return learntId
}

function figuresOf({ name }: ChosenModalities, examples: Examples, outcome: LearnOutcome): LearntFigures {
  const { heldOut, correct, interval, macroF1NoNull, majorityCorrect, sceneOnlyCorrect, temperature } = outcome
  return {
    modality: name,
    students: examples.corrected,
    imported: examples.studentIds.length - examples.corrected,
    scenes: new Set(examples.scenes).size,
    classCounts: examples.classCounts,
    leftOut: outcome.leftOut.length,
    heldOut,
    correct,
    judged: outcome.students,
    interval,
    macroF1NoNull,
    majorityCorrect,
    sceneOnlyCorrect,
    temperature,
  }
}
