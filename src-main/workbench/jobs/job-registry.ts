import { AppError, cancelled, toAppError } from '#shared/contract/app-error.ts'
import type { Job, JobKind, JobPhase } from '#shared/contract/jobs.ts'
import { watchLatest } from '../watch-latest.ts'

/** What the work of a job gets. */
export interface JobContext {
  /** Aborted when the user cancels the job or the project closes: stop, take back what is half done, and throw. */
  readonly signal: AbortSignal
  /** `total` null while the size of the work is unknown. */
  progress(done: number, total: number | null): void
}

/** What the work of a job of several steps gets. */
export interface PhasedJobContext extends JobContext {
  /** The step that begins now. */
  phase(phase: JobPhase): void
}

export interface JobRegistry {
  /** Runs `work` as a job that everybody sees, and answers with its result; throws what it throws, as an AppError. */
  run<Result>(
    kind: JobKind,
    subject: string,
    work: (job: PhasedJobContext) => Promise<Result>,
    options?: JobOptions,
  ): Promise<Result>
  list(): readonly Job[]
  /** Called with all jobs, newest first, now and whenever one changes, until the signal aborts. */
  watch(signal: AbortSignal): AsyncGenerator<readonly Job[], void>
  /** Throws AppError `jobs.unknown`; a job that has ended is left as it is. */
  cancel(jobId: number): void
  /** Forgets the jobs that have ended. */
  clear(): void
  /** Cancels every job and waits until all have ended. */
  cancelAll(): Promise<void>
}

export interface JobOptions {
  /** The caller's own signal: a cancelled call cancels its job. */
  readonly signal?: AbortSignal | undefined
}

/** Progress is told at most this often; a change of state always. */
const progressEveryMs = 80

interface Entry {
  job: Job
  readonly controller: AbortController
  ended: Promise<unknown>
}

export function createJobRegistry(clock: () => Date): JobRegistry {
  const entries = new Map<number, Entry>()
  const watchers = new Set<() => void>()
  let lastId = 0
  const list = (): Job[] => [...entries.values()].map((entry) => entry.job).reverse()
  const tell = (): void => {
    for (const watcher of watchers) watcher()
  }

  const run: JobRegistry['run'] = (kind, subject, work, options = {}) => {
    const entry = newEntry(++lastId, kind, subject, clock())
    entries.set(entry.job.id, entry)
    tell()
    const outcome = runEntry(entry, work, options.signal, clock, tell)
    entry.ended = outcome.catch(() => undefined)
    return outcome
  }

  return {
    run,
    list,
    watch: (signal) => watchLatest(list, watchers, signal),
    cancel: (jobId) => {
      const entry = entries.get(jobId)
      if (!entry) throw new AppError('jobs.unknown', `There is no job ${jobId}.`, { jobId })
      entry.controller.abort(cancelled())
    },
    clear: () => {
      for (const [id, entry] of entries) if (entry.job.state !== 'running') entries.delete(id)
      tell()
    },
    cancelAll: async () => {
      const running = [...entries.values()].filter((entry) => entry.job.state === 'running')
      for (const entry of running) entry.controller.abort(cancelled())
      await Promise.all(running.map((entry) => entry.ended))
    },
  }
}

const newEntry = (id: number, kind: JobKind, subject: string, now: Date): Entry => ({
  controller: new AbortController(),
  ended: Promise.resolve(),
  job: {
    id,
    kind,
    subject,
    state: 'running',
    done: 0,
    total: null,
    startedAt: now.toISOString(),
    endedAt: null,
    cancellable: true,
    error: null,
  },
})

async function runEntry<Result>(
  entry: Entry,
  work: (job: PhasedJobContext) => Promise<Result>,
  callerSignal: AbortSignal | undefined,
  clock: () => Date,
  tell: () => void,
): Promise<Result> {
  const { signal } = entry.controller
  const onCallerAbort = (): void => entry.controller.abort(cancelled())
  if (callerSignal?.aborted) onCallerAbort()
  callerSignal?.addEventListener('abort', onCallerAbort, { once: true })
  let toldAt = 0
  const progress = (done: number, total: number | null): void => {
    entry.job = { ...entry.job, done, total }
    if (performance.now() - toldAt < progressEveryMs) return
    toldAt = performance.now()
    tell()
  }
  const phase = (next: JobPhase): void => {
    entry.job = { ...entry.job, phase: next, phaseStartedAt: clock().toISOString(), done: 0, total: null }
    tell()
  }
  const end = (change: Pick<Job, 'state' | 'error'>): void => {
    entry.job = { ...entry.job, ...change, endedAt: clock().toISOString(), cancellable: false }
    tell()
  }
  try {
    if (signal.aborted) throw cancelled()
    const result = await work({ signal, progress, phase })
    end({ state: 'done', error: null })
    return result
  } catch (thrown) {
    const error = failure(thrown)
    end(
      error.code === 'job.cancelled' ? { state: 'cancelled', error: null } : { state: 'failed', error: error.toJSON() },
    )
    throw error
  } finally {
    callerSignal?.removeEventListener('abort', onCallerAbort)
  }
}

/** A lost compute process is a crash of it, by whichever road the news came. */
function failure(thrown: unknown): AppError {
  const error = toAppError(thrown)
  if (error.code !== 'rpc.disconnected') return error
  return new AppError(
    'compute.crashed',
    'The compute process ended unexpectedly; the work it was doing failed. Run it again: the process starts anew by itself.',
    {},
    { cause: thrown },
  )
}
