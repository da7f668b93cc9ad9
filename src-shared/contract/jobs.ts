import { z } from 'zod'
import type { AppErrorData } from './app-error.ts'
import { call, stream } from './procedure.ts'
import { id, nothing } from './schemas.ts'

export type JobKind =
  | 'import'
  | 'scan'
  | 'compare'
  | 'detect'
  | 'embed'
  | 'extract'
  | 'predict'
  | 'train'
  | 'baselines'
  | 'learn'
  | 'export'
  | 'report'
  | 'probe'
  | 'sample'

/** Step of a job that is made of several; `vectors` makes those of appearance and relation in one walk over the photos. */
export type JobPhase = 'detect' | 'appearance' | 'relation' | 'vectors' | 'predict' | 'export'

export interface Job {
  readonly id: number
  readonly kind: JobKind
  /** What it works on, as a file or model name. */
  readonly subject: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** Left out by jobs of one step; `done` and `total` are the step's own. */
  readonly phase?: JobPhase
  readonly done: number
  /** null while the size of the work is unknown. */
  readonly total: number | null
  /** ISO 8601. */
  readonly startedAt: string
  /** When the step began, ISO 8601; left out by jobs of one step. */
  readonly phaseStartedAt?: string
  readonly endedAt: string | null
  readonly cancellable: boolean
  readonly error: AppErrorData | null
}

export const jobs = {
  /** All jobs of this sitting, newest first, whenever one changes. */
  watch: stream(nothing)<readonly Job[]>(),
  cancel: call(z.object({ jobId: id }))<null>(),
  clear: call(nothing)<null>(),
}
