import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { createEdits } from './edits/create-edits.ts'
import { createEvaluation } from './evaluation/create-evaluation.ts'
import { createExchange } from './exchange/create-exchange.ts'
import { noPhotoWatch, watchPhotos } from './exchange/watch-photos.ts'
import type { WatchFolder } from './exchange/watch-folder.ts'
import { createExtraction } from './extraction/create-extraction.ts'
import { createWeightsRegistry } from './extraction/weights.ts'
import { createWeightsFile } from './extraction/weights-file.ts'
import { createJobs } from './jobs/create-jobs.ts'
import { createJobRegistry } from './jobs/job-registry.ts'
import { createLearning } from './learning/create-learning.ts'
import { Learner } from './learning/learner.ts'
import type { MediaResponse } from './media/media-response.ts'
import { createMediaRoutes } from './media/media-routes.ts'
import { registerProjectMedia } from './media/register-project-media.ts'
import { createModels } from './models/create-models.ts'
import { createChangeLog } from './projects/change-log.ts'
import { createProjects, leaveProject } from './projects/create-projects.ts'
import { createCurrentProject } from './projects/current-project.ts'
import { createRecentProjects } from './projects/recent-projects.ts'
import { createReports } from './reports/create-reports.ts'
import { createScenes } from './scenes/create-scenes.ts'
import { createSettings } from './settings/create-settings.ts'
import { createSettingsFile } from './settings/settings-file.ts'
import { createTraining } from './training/create-training.ts'
import { TrainingQueue } from './training/training-queue.ts'
import type { ComputeClient, WorkbenchContext } from './workbench-context.ts'

export interface WorkbenchOptions {
  readonly appVersion: string
  readonly userDataFolder: string
  readonly resourcesFolder: string
  readonly clock: () => Date
  readonly compute: ComputeClient
  /** The host's own service: dialogs, folders, what the system asks of the page. */
  readonly host: Handlers<LecternContract>['host']
  /** The process that holds the lock of an open project. */
  readonly pid: number
  /** How the photo folder of the open project is watched; left out where nobody sits in front. */
  readonly watchFolder?: WatchFolder | undefined
  /** How long a hand rests before a head is learnt from its corrections. */
  readonly learningRestMs?: number | undefined
  /** Told what a user should know and no call answers: a damaged settings file that was kept aside. */
  readonly onWarning: (sentence: string) => void
}

export interface Workbench {
  readonly handlers: Handlers<LecternContract>
  /** Answers a path below the media root, as `photo/12`; never throws. */
  media(path: string): Promise<MediaResponse>
  /** Cancels the jobs and closes the project. The compute client stays its owner's to close. */
  close(): Promise<void>
}

/** The whole application without a window: every service of the contract on one open project. */
export function createWorkbench(options: WorkbenchOptions): Workbench {
  const { appVersion, userDataFolder, resourcesFolder, clock, compute } = options
  const onDamaged = (keptAs: string): void =>
    options.onWarning(`A damaged file was kept as ${keptAs}; Lectern goes on without it.`)
  const base = {
    appVersion,
    userDataFolder,
    resourcesFolder,
    clock,
    compute,
    project: createCurrentProject(),
    changes: createChangeLog(clock().getTime()),
    jobs: createJobRegistry(clock),
    settings: createSettingsFile(userDataFolder, onDamaged),
    media: createMediaRoutes(),
  }
  const context: WorkbenchContext = {
    ...base,
    trainings: new TrainingQueue(base),
    learner: new Learner(base, options.learningRestMs),
  }
  const recent = createRecentProjects(userDataFolder, { onDamaged, onWarning: options.onWarning })
  registerProjectMedia(context.media, context)

  const photos = options.watchFolder ? watchPhotos(context, options.watchFolder) : noPhotoWatch()
  const weightsFile = createWeightsFile(userDataFolder, onDamaged)
  const weights = createWeightsRegistry({ compute, resourcesFolder, file: weightsFile })

  const handlers: Handlers<LecternContract> = {
    project: createProjects({ context, recent, pid: options.pid, services: () => handlers }),
    scenes: createScenes(context),
    edits: createEdits(context),
    models: createModels(context),
    evaluation: createEvaluation(context),
    training: createTraining(context, () => handlers.models),
    learning: createLearning(context),
    exchange: createExchange(context, photos),
    extraction: createExtraction(context, weights),
    reports: createReports(context),
    jobs: createJobs(context.jobs),
    settings: createSettings(context.settings),
    host: options.host,
  }
  return {
    handlers,
    media: (path) => context.media.answer(path),
    close: () => {
      photos.close()
      return leaveProject({ context, recent })
    },
  }
}
