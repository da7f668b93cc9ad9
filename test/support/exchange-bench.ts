import { cpSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Edit } from '#shared/domain/edit.ts'
import type { Change } from '#shared/contract/project.ts'
import { AppError } from '#shared/contract/app-error.ts'
import { channelPair } from '#shared/rpc/channel-pair.ts'
import { connect } from '#shared/rpc/connect.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Channel } from '#shared/rpc/types.ts'
import { createHandlers } from '#main/compute/handlers.ts'
import { computeContract } from '#main/compute/protocol.ts'
import type { Store } from '#main/store/store.ts'
import { studentsOfScene } from '#main/store/tables/student.ts'
import { createEdits } from '#main/workbench/edits/create-edits.ts'
import { createExchange } from '#main/workbench/exchange/create-exchange.ts'
import { createJobRegistry } from '#main/workbench/jobs/job-registry.ts'
import { Learner } from '#main/workbench/learning/learner.ts'
import { createMediaRoutes } from '#main/workbench/media/media-routes.ts'
import { createChangeLog } from '#main/workbench/projects/change-log.ts'
import { createCurrentProject } from '#main/workbench/projects/current-project.ts'
import { closeProject, createProjectFolder, openProjectFolder } from '#main/workbench/projects/project-folder.ts'
import { createSettingsFile } from '#main/workbench/settings/settings-file.ts'
import type { ComputeClient, WorkbenchContext } from '#main/workbench/workbench-context.ts'
import { TrainingQueue } from '#main/workbench/training/training-queue.ts'
import { stillClock, temporaryFolder } from './store.ts'
import { scenesNamed } from './scenes-named.ts'

export const fixtures = resolve(import.meta.dirname, '../fixtures')
export const goldenFeatures = join(fixtures, 'golden/features.pkl')

/** Messages are copied, as between processes: nothing that structured clone refuses may cross. */
const cloning = (channel: Channel): Channel => ({
  ...channel,
  send: (message) => channel.send(structuredClone(message)),
})

/** The compute contract served in this process by its real handlers. */
export function inProcessCompute(): ComputeClient {
  const [ours, theirs] = channelPair()
  serve(computeContract, createHandlers({ entry: '' }), cloning(theirs))
  onTestFinished(() => ours.close())
  return connect(computeContract, cloning(ours))
}

/** A project of its own in a temporary folder, with the services that an import and an export need. */
export function exchangeBench() {
  const folder = temporaryFolder()
  const options = { clock: stillClock, pid: process.pid }
  const project = createCurrentProject()
  project.set(createProjectFolder(join(folder, 'Class.lectern'), null, options))
  onTestFinished(() => closeProject(project.require()))
  const changes = createChangeLog(1)
  const base = {
    appVersion: '0.0.0-test',
    userDataFolder: join(folder, 'user'),
    resourcesFolder: join(folder, 'resources'),
    clock: stillClock,
    compute: inProcessCompute(),
    project,
    changes,
    jobs: createJobRegistry(stillClock),
    settings: createSettingsFile(join(folder, 'user'), () => undefined),
    media: createMediaRoutes(),
  }
  const context: WorkbenchContext = { ...base, trainings: new TrainingQueue(base), learner: new Learner(base) }
  const edits = createEdits(context)
  const call = { signal: new AbortController().signal }
  return {
    folder,
    context,
    exchange: createExchange(context),
    call,
    store: (): Store => project.require().store,
    /** One edit by an annotator named Ada. */
    edit: (edit: Edit) => edits.apply({ edits: [edit], annotator: 'Ada' }, call),
    studentId: (scene: string, bboxId: string): number => {
      const { store } = project.require()
      const students = studentsOfScene(store, scenesNamed(store, scene)[0]!.id)
      return students.find((student) => student.bboxId === bboxId)!.id
    },
    reopen: async (): Promise<void> => {
      const at = project.require().folder
      closeProject(project.require())
      project.set(await openProjectFolder(at, options))
    },
    /** Everything published from now on. */
    changes: (): Change[] => {
      const seen: Change[] = []
      const controller = new AbortController()
      onTestFinished(() => controller.abort())
      const following = changes.follow(controller.signal)
      void (async () => {
        for await (const change of following) seen.push(change)
      })()
      return seen
    },
  }
}

export type ExchangeBench = ReturnType<typeof exchangeBench>

/** Copies a file or folder into the bench and answers with its path there. */
export function copyInto(bench: ExchangeBench, from: string, name: string): string {
  const target = join(bench.folder, name)
  mkdirSync(join(target, '..'), { recursive: true })
  cpSync(from, target, { recursive: true })
  return target
}

/** The AppError that a promise ends with; anything else fails the test. */
export async function refusal(promise: unknown): Promise<AppError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

export const defaults = { photoRoot: null, contextFile: null, split: null }
export const everything = { split: null, sceneIds: null, modalities: null, unlabelled: 'omit' } as const
