import type { Finding } from '#shared/contract/summary.ts'
import type { TrainingMessage, TrainingState } from '#shared/contract/training.ts'
import type { TrainInput } from '#main/compute/protocol.ts'
import {
  endSeed,
  insertEpoch,
  replaceEpochs,
  seedsOfTraining,
  trainingFolder,
  updateTraining,
} from '#main/store/tables/training.ts'
import type { TrainingRow } from '#main/store/tables/training.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { prepareTraining } from './prepare-training.ts'
import { knownTraining } from './training-info.ts'
import type { LiveTraining } from './training-info.ts'

export interface RunTrainingOptions {
  readonly project: OpenProject
  readonly parts: Pick<WorkbenchContext, 'compute' | 'jobs' | 'appVersion' | 'clock'>
  readonly trainingId: number
  readonly lockFileSha256: string | null
  /** Told of progress that is in no table. */
  readonly tell: (live: LiveTraining) => void
  /** Told once the training itself has begun and can be ended early. */
  readonly onStart: () => void
}

/** Name under which the compute process knows a training. */
export const trainingToken = (trainingId: number): string => `training-${trainingId}`

/**
 * Runs a training of the queue to its end, from where it stands, and keeps every epoch in the project. Answers with the state it ends in.
 * Throws what compute throws, `job.cancelled` included: what was learnt stays then.
 */
export async function runTraining(options: RunTrainingOptions, job: JobContext): Promise<TrainingState> {
  const { project, parts, trainingId } = options
  const { store } = project
  await prepareOnce(options, job)
  const row = knownTraining(store, trainingId)
  const folder = projectFile(project, trainingFolder(trainingId))
  const input = {
    config: `${row.runName}.yaml`,
    root: folder,
    seeds: null,
    outputFolder: row.runName,
    resume: true,
    appVersion: parts.appVersion,
    lockFileSha256: options.lockFileSha256,
    // What prepareTraining gave and the table kept.
    labelState: row.labelState as TrainInput['labelState'],
    leakage: row.leakage,
    token: trainingToken(trainingId),
    finish: row.ending,
  }
  const keep = keepMessages(options, row, job)
  const messages = parts.compute.training.run(input, { signal: job.signal })
  options.onStart()
  for await (const message of messages) keep(message)
  return endState(project, trainingId)
}

async function prepareOnce({ project, parts, trainingId }: RunTrainingOptions, job: JobContext): Promise<void> {
  const training = knownTraining(project.store, trainingId)
  if (training.prepared) return
  const { compute, jobs, appVersion, clock } = parts
  const options = { project, compute, jobs, training, appVersion, at: clock().toISOString() }
  const { students, findings, leakage, labelState } = await prepareTraining(options, job)
  updateTraining(project.store, trainingId, { students, findings, leakage, labelState, prepared: true })
}

/** Ended early only where somebody asked for it and something was left undone. */
function endState({ store }: OpenProject, trainingId: number): TrainingState {
  const { ending, epochs } = knownTraining(store, trainingId)
  const whole = seedsOfTraining(store, trainingId).every((seed) => seed.ended && seed.epochs >= epochs)
  return ending && !whole ? 'stopped' : 'done'
}

/** Writes what a training says into the project. */
function keepMessages(
  { project: { store }, trainingId, tell }: RunTrainingOptions,
  row: TrainingRow,
  job: JobContext,
): (message: TrainingMessage) => void {
  let msPerEpoch: number | null = null
  const total = row.epochs * seedsOfTraining(store, trainingId).length
  const progress = (): void => {
    const done = seedsOfTraining(store, trainingId).reduce(
      (sum, seed) => sum + (seed.ended ? row.epochs : seed.epochs),
      0,
    )
    job.progress(done, total)
  }
  return (message) => {
    switch (message.kind) {
      case 'start': {
        const { students, leakage } = message
        updateTraining(store, trainingId, { students, leakage, findings: merged(row.findings, message.findings) })
        break
      }
      case 'seed':
        replaceEpochs(store, trainingId, message.seed, message.history)
        break
      case 'steps':
        tell({ step: { done: message.done, total: message.total }, msPerEpoch })
        return
      case 'epoch':
        // A running mean: the first epochs of a process are slower than the rest.
        msPerEpoch = msPerEpoch === null ? message.elapsedMs : 0.7 * msPerEpoch + 0.3 * message.elapsedMs
        insertEpoch(store, trainingId, message.seed, message.record)
        break
      case 'seed-end':
        endSeed(store, trainingId, message.summary.seed)
        break
      case 'end':
        updateTraining(store, trainingId, { summary: message.summary })
    }
    progress()
    tell({ step: null, msPerEpoch })
  }
}

/** What the plan found and what the training found, each once. */
function merged(planned: readonly Finding[], found: readonly Finding[]): Finding[] {
  const known = new Set(found.map(({ message }) => message))
  return [...found, ...planned.filter(({ message }) => !known.has(message))]
}
