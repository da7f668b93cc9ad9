import type { ComputeContract } from '#main/compute/protocol.ts'
import type { Client } from '#shared/rpc/types.ts'
import type { JobRegistry } from './jobs/job-registry.ts'
import type { Learner } from './learning/learner.ts'
import type { MediaRoutes } from './media/media-routes.ts'
import type { ChangeLog } from './projects/change-log.ts'
import type { CurrentProject } from './projects/current-project.ts'
import type { SettingsFile } from './settings/settings-file.ts'
import type { TrainingQueue } from './training/training-queue.ts'

export type ComputeClient = Client<ComputeContract>

/** What every service of the workbench is made from. Services keep no state of the project of their own. */
export interface WorkbenchContext {
  readonly appVersion: string
  /** Settings, recent projects and the sample project of this person. */
  readonly userDataFolder: string
  /** Data that come with Lectern: sample, default classes. Never written. */
  readonly resourcesFolder: string
  readonly clock: () => Date
  readonly compute: ComputeClient
  /** The open project; `require()` refuses with `project.none-open`. */
  readonly project: CurrentProject
  /** Where a service says what it changed, after its transaction. */
  readonly changes: ChangeLog
  readonly jobs: JobRegistry
  /** The trainings of the open project. */
  readonly trainings: TrainingQueue
  /** Learns from the corrections of the open project. */
  readonly learner: Learner
  readonly settings: SettingsFile
  readonly media: MediaRoutes
}
