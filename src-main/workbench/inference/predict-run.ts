import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import type { Omission } from '#shared/contract/summary.ts'
import type { PredictMessage } from '#main/compute/protocol.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { insertPrediction, removeRun } from '#main/store/tables/prediction.ts'
import { finishRun, startRun } from '#main/store/tables/run.ts'
import { allSceneIds } from '#main/store/tables/scene.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import type { StoredModel } from '../models/stored-model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { gatherStudents, type GatheredStudents } from './gather-students.ts'
import { createOmissions, type Omissions } from './omissions.ts'
import { argmax, softmax } from './softmax.ts'

export interface PredictParts {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly model: StoredModel
  readonly sceneIds: readonly number[] | null
  readonly name: string
  readonly device: Device
  /** `scene` or `rafnet:<rows>`. */
  readonly batching: string
  readonly appVersion: string
  readonly createdAt: string
}

/**
 * Runs a model on whole scenes, or on whole files in RAFNet's batches, and keeps logits, probabilities and gate weights of every student, under a new run that nobody sees
 * before it is complete. Labels are not touched. Returns the run's id.
 *
 * Throws AppError `inference.no-students`, `inference.class-count`, `inference.batching-partial`, what `gatherStudents` and compute throw, and `job.cancelled`;
 * nothing of the run is left then.
 */
export async function predictRun(parts: PredictParts, job: JobContext): Promise<number> {
  const { project, model } = parts
  const { store } = project
  assertClassCount(parts)
  assertWholeFiles(parts)
  const gathered = await gatherStudents({
    store,
    sceneIds: parts.sceneIds ?? allSceneIds(store),
    modalities: model.description.modalities,
    order: isByScene(parts.batching) ? 'scene' : 'file',
    absolute: (file) => projectFile(project, file),
    signal: job.signal,
  })
  assertStudents(gathered.studentIds.length, gathered.omitted)
  const { name, batching, appVersion, createdAt } = parts
  const partial = parts.sceneIds !== null
  const runId = startRun(store, { modelId: model.row.id, name, appVersion, batching, partial, createdAt })
  try {
    const outcome = await runModel(parts, gathered, runId, job)
    finishRun(store, runId, {
      ...outcome,
      gateModalities: model.description.gateModalities,
      featureHashes: gathered.featureHashes,
    })
    return runId
  } catch (error) {
    await removeRun(store, runId)
    throw error
  }
}

function assertClassCount({ project, model }: PredictParts): void {
  const classes = listClasses(project.store).length
  const told = model.description.classes
  if (classes === told) return
  throw new AppError(
    'inference.class-count',
    `The model "${model.row.name}" tells ${told} classes apart, but this project has ${classes}. Choose a model trained on this project's classes.`,
    { model: model.row.name, modelClasses: told, projectClasses: classes },
  )
}

export const isByScene = (batching: string): boolean => batching === 'scene'

/** RAFNet's batches are made of all rows of a file. */
function assertWholeFiles({ batching, sceneIds }: PredictParts): void {
  if (isByScene(batching) || sceneIds === null) return
  throw new AppError(
    'inference.batching-partial',
    `"${batching}" groups the rows of whole files, so it cannot run on some scenes only. Run it on all scenes, or choose "scene".`,
    { batching },
  )
}

function assertStudents(students: number, omitted: readonly Omission[]): void {
  if (students > 0) return
  const reasons = omitted.map(({ count, reason }) => `${count} ${reason}`)
  throw new AppError(
    'inference.no-students',
    `There is no student to predict${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}. Import a feature file with this model's features first.`,
    { reasons },
  )
}

interface RunOutcome {
  readonly provider: string
  readonly providerReason: string
  readonly msPerStudent: number
  readonly students: number
  readonly omitted: readonly Omission[]
}

async function runModel(
  parts: PredictParts,
  { studentIds, input: students, omitted }: GatheredStudents,
  runId: number,
  job: JobContext,
): Promise<RunOutcome> {
  const { model, device, batching, compute } = parts
  const omissions = createOmissions(omitted)
  const outcome = { provider: '', providerReason: '', msPerStudent: 0 }
  let [done, leftOut] = [0, 0]
  job.progress(0, studentIds.length)
  const stream = compute.models.predict({ model: model.source, device, batching, students }, { signal: job.signal })
  for await (const message of stream) {
    if (message.kind === 'start') Object.assign(outcome, { provider: message.provider, providerReason: message.reason })
    else if (message.kind === 'end') outcome.msPerStudent = message.msPerStudent
    else {
      await writeBatch(parts, studentIds, runId, message, job.signal)
      leftOut += addLeftOut(omissions, message)
      done += message.count
      job.progress(done, studentIds.length)
    }
  }
  if (done !== studentIds.length) {
    throw new AppError(
      'inference.incomplete',
      `The model answered for ${done} of ${studentIds.length} students. Run it again; tell the developers if it happens again.`,
      { done, students: studentIds.length },
    )
  }
  assertStudents(done - leftOut, omissions.list())
  return { ...outcome, students: done - leftOut, omitted: omissions.list() }
}

function addLeftOut(omissions: Omissions, { leftOut }: Batch): number {
  for (const { reason } of leftOut) omissions.add('features-not-finite', reason)
  return leftOut.length
}

type Batch = Extract<PredictMessage, { kind: 'batch' }>

async function writeBatch(
  { project: { store }, model }: PredictParts,
  studentIds: readonly number[],
  runId: number,
  batch: Batch,
  signal: AbortSignal,
): Promise<void> {
  const { logits, gate } = batch
  const { classes, gateModalities } = model.description
  await writeInSteps(
    store,
    answeredStudents(studentIds, batch),
    (studentId, index) => {
      const row = logits.subarray(index * classes, (index + 1) * classes)
      const classIndex = argmax(row)
      insertPrediction(store, {
        runId,
        studentId,
        classIndex,
        confidence: softmax(row)[classIndex] ?? 0,
        logits: row,
        gate: gate && gate.subarray(index * gateModalities.length, (index + 1) * gateModalities.length),
      })
    },
    { signal },
  )
}

/** The students that a batch has rows of, in their order. */
export function answeredStudents(studentIds: readonly number[], { first, count, leftOut }: Batch): number[] {
  const without = new Set(leftOut.map(({ position }) => position))
  return studentIds.slice(first, first + count).filter((_, index) => !without.has(first + index))
}
