import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
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
import { argmax, softmax } from './softmax.ts'
import type { StudentGroup } from './student-groups.ts'

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
 * Runs a model on whole scenes and keeps logits, probabilities and gate weights of every student, under a new run that nobody sees
 * before it is complete. Labels are not touched. Returns the run's id.
 *
 * Throws AppError `inference.no-students`, `inference.class-count`, what `gatherStudents` and compute throw, and `job.cancelled`;
 * nothing of the run is left then.
 */
export async function predictRun(parts: PredictParts, job: JobContext): Promise<number> {
  const { project, model } = parts
  const { store } = project
  assertClassCount(parts)
  const gathered = await gatherStudents({
    store,
    sceneIds: parts.sceneIds ?? allSceneIds(store),
    modalities: model.description.modalities,
    absolute: (file) => projectFile(project, file),
    signal: job.signal,
  })
  assertStudents(gathered)
  const { name, batching, appVersion, createdAt } = parts
  const partial = parts.sceneIds !== null
  const runId = startRun(store, { modelId: model.row.id, name, appVersion, batching, partial, createdAt })
  try {
    const outcome = await runGroups(parts, gathered, runId, job)
    finishRun(store, runId, {
      ...outcome,
      students: gathered.students,
      omitted: gathered.omitted,
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

function assertStudents({ students, omitted }: GatheredStudents): void {
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
}

/** Groups differ only in the files their vectors lie in; the run's figures are those of all of them. */
async function runGroups(
  parts: PredictParts,
  gathered: GatheredStudents,
  runId: number,
  job: JobContext,
): Promise<RunOutcome> {
  const providers = new Map<string, string>()
  let done = 0
  let elapsedMs = 0
  job.progress(0, gathered.students)
  for (const group of gathered.groups) {
    const { model, device, batching, compute } = parts
    const input = { model: model.source, device, batching, students: group.input }
    for await (const message of compute.models.predict(input, { signal: job.signal })) {
      if (message.kind === 'start') providers.set(message.provider, message.reason)
      else if (message.kind === 'end') elapsedMs += message.msPerStudent * group.studentIds.length
      else {
        await writeBatch(parts, group, runId, message, job.signal)
        done += message.count
        job.progress(done, gathered.students)
      }
    }
  }
  if (done !== gathered.students) {
    throw new AppError(
      'inference.incomplete',
      `The model answered for ${done} of ${gathered.students} students. Run it again; tell the developers if it happens again.`,
      { done, students: gathered.students },
    )
  }
  return {
    provider: [...providers.keys()].join(' + '),
    providerReason: [...providers.values()].join(' '),
    msPerStudent: elapsedMs / gathered.students,
  }
}

type Batch = Extract<PredictMessage, { kind: 'batch' }>

async function writeBatch(
  { project: { store }, model }: PredictParts,
  group: StudentGroup,
  runId: number,
  { first, count, logits, gate }: Batch,
  signal: AbortSignal,
): Promise<void> {
  const { classes, gateModalities } = model.description
  const students = group.studentIds.slice(first, first + count)
  await writeInSteps(
    store,
    students,
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
