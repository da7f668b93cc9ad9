import { AppError, toAppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo, TrainingState } from '#shared/contract/training.ts'
import {
  insertTraining,
  listTrainings,
  nextTraining,
  pauseInterruptedTrainings,
  seedsOfTraining,
  updateTraining,
} from '#main/store/tables/training.ts'
import type { NewTraining } from '#main/store/tables/training.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { watchLatest } from '../watch-latest.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { hashOfLockFile } from './lock-file.ts'
import { runTraining, trainingToken } from './run-training.ts'
import { knownTraining, toTrainingInfo } from './training-info.ts'
import type { LiveTraining } from './training-info.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'jobs' | 'changes' | 'clock' | 'appVersion' | 'resourcesFolder'>

/** Progress within an epoch is told at most this often; everything else at once. */
const tellEveryMs = 100

interface Running {
  readonly trainingId: number
  readonly controller: AbortController
  readonly ended: Promise<void>
  /** Whether its data are written and it can be ended early. */
  started: boolean
  live: LiveTraining
}

/**
 * The trainings of the open project, one at a time, oldest first. Nothing starts by itself when a project opens: what ran is paused then,
 * and what waited waits until somebody resumes or adds a training.
 */
export class TrainingQueue {
  readonly #parts: Parts
  readonly #lockFileSha256: string | null
  readonly #watchers = new Set<() => void>()
  #project: OpenProject | null = null
  #running: Running | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.#lockFileSha256 = hashOfLockFile(parts.resourcesFolder)
  }

  open(project: OpenProject): void {
    pauseInterruptedTrainings(project.store)
    this.#project = project
    this.#tell()
  }

  /** Pauses what runs and waits until it rests; the project may be closed then. */
  async close(): Promise<void> {
    this.#project = null
    const running = this.#running
    running?.controller.abort()
    await running?.ended
    this.#tell()
  }

  list(): TrainingInfo[] {
    const project = this.#project
    if (project === null) return []
    return listTrainings(project.store).map((row) => toTrainingInfo(project, row, this.#liveOf(row.id)))
  }

  watch(signal: AbortSignal): AsyncGenerator<readonly TrainingInfo[], void> {
    return watchLatest(() => this.list(), this.#watchers, signal)
  }

  add(project: OpenProject, training: NewTraining): TrainingInfo {
    const id = insertTraining(project.store, training)
    this.#advance()
    this.changed()
    return toTrainingInfo(project, knownTraining(project.store, id), this.#liveOf(id))
  }

  /** Throws AppError `training.unknown`, `training.over`. */
  async pause(project: OpenProject, trainingId: number): Promise<void> {
    const { state } = knownTraining(project.store, trainingId)
    if (state === 'queued') {
      updateTraining(project.store, trainingId, { state: 'paused' })
      this.changed()
    } else if (this.#running?.trainingId === trainingId) {
      this.#running.controller.abort()
      await this.#running.ended
    } else if (state !== 'paused') throw over(trainingId, state)
  }

  /** Puts it back into the queue; where nothing runs, the oldest that waits begins. Throws AppError `training.unknown`, `training.over`. */
  resume(project: OpenProject, trainingId: number): void {
    const { state } = knownTraining(project.store, trainingId)
    if (state === 'done' || state === 'stopped') throw over(trainingId, state)
    if (state === 'paused' || state === 'failed') this.#requeue(project, trainingId, false)
    this.#advance()
    this.changed()
  }

  /**
   * Ends a training early; one that does not run is put into the queue to test what it learnt. Answers when the running one has ended.
   * Throws AppError `training.unknown`, `training.over`, `training.nothing-to-keep`.
   */
  async stop(project: OpenProject, trainingId: number): Promise<void> {
    const { state, name } = knownTraining(project.store, trainingId)
    if (state === 'done' || state === 'stopped') throw over(trainingId, state)
    const running = this.#running?.trainingId === trainingId ? this.#running : null
    const hasEpochs = seedsOfTraining(project.store, trainingId).some(({ epochs }) => epochs > 0)
    if (running === null ? !hasEpochs : !running.started) {
      throw new AppError(
        'training.nothing-to-keep',
        `No epoch of ${name} is complete, so there is nothing to test and keep. Go on with the training, or remove it.`,
        { trainingId },
      )
    }
    if (running === null) {
      this.#requeue(project, trainingId, true)
      this.#advance()
      this.changed()
      return
    }
    updateTraining(project.store, trainingId, { ending: true })
    await this.#parts.compute.training.stop({ token: trainingToken(trainingId) })
    await running.ended
  }

  /** Says that something of the queue changed. */
  changed(): void {
    this.#parts.changes.publish(['trainings'])
    this.#tell()
  }

  #requeue({ store }: OpenProject, trainingId: number, ending: boolean): void {
    updateTraining(store, trainingId, { state: 'queued', ending, error: null, endedAt: null })
  }

  #liveOf(trainingId: number): LiveTraining | null {
    return this.#running?.trainingId === trainingId ? this.#running.live : null
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #tellSoon(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#tell()
    }, tellEveryMs).unref()
  }

  /** Starts the next training where none runs. */
  #advance(): void {
    const project = this.#project
    if (project === null || this.#running !== null) return
    const trainingId = nextTraining(project.store)
    if (trainingId === null) return
    updateTraining(project.store, trainingId, { state: 'running' })
    const controller = new AbortController()
    const ended = this.#run(project, trainingId, controller.signal).finally(() => {
      this.#running = null
      this.#advance()
      if (this.#project !== null) this.changed()
    })
    this.#running = { trainingId, controller, ended, started: false, live: { step: null, msPerEpoch: null } }
  }

  async #run(project: OpenProject, trainingId: number, signal: AbortSignal): Promise<void> {
    const { store } = project
    const { jobs, clock } = this.#parts
    const tell = (live: LiveTraining): void => {
      if (this.#running) this.#running.live = live
      this.#tellSoon()
    }
    const onStart = (): void => {
      if (this.#running) this.#running.started = true
    }
    const options = { project, parts: this.#parts, trainingId, lockFileSha256: this.#lockFileSha256, tell, onStart }
    try {
      // The caller goes on first, so that it can tell of the training before anything of it happens.
      await Promise.resolve()
      const { name } = knownTraining(store, trainingId)
      const state = await jobs.run('train', name, (job) => runTraining(options, job), { signal })
      updateTraining(store, trainingId, { state, ending: false, endedAt: clock().toISOString() })
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'job.cancelled') updateTraining(store, trainingId, { state: 'paused' })
      else updateTraining(store, trainingId, { state: 'failed', error: error.toJSON(), endedAt: clock().toISOString() })
    }
  }
}

const over = (trainingId: number, state: TrainingState): AppError =>
  new AppError('training.over', `Training ${trainingId} is over (${state}). Start another one.`, { trainingId, state })
