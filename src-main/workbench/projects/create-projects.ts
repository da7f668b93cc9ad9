import { existsSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ProjectSummary } from '#shared/contract/project.ts'
import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { sampleNote } from '#shared/domain/sample-note.ts'
import { listClasses, updateClass } from '#main/store/tables/class.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { isEmptyProject, removeEmptyProject } from './discard-empty.ts'
import { databaseFile, type OpenProject } from './open-project.ts'
import { closeProject, createProjectFolder, openProjectFolder } from './project-folder.ts'
import { summarise } from './project-summary.ts'
import type { RecentProjects } from './recent-projects.ts'
import { relinkPhotos } from './relink-photos.ts'
import { copySampleFiles, sampleProjectFolder, type SampleFiles } from './sample-project.ts'

export interface ProjectsParts {
  readonly context: WorkbenchContext
  readonly recent: RecentProjects
  /** The process that holds the project's lock. */
  readonly pid: number
  /** Services that fill the sample project: the same that the interface calls. */
  readonly services: () => Pick<Handlers<LecternContract>, 'exchange' | 'models'>
}

/** The project service: one project is open at a time; opening another closes it. */
export function createProjects(parts: ProjectsParts): Handlers<LecternContract>['project'] {
  const { context, recent } = parts
  const { project, changes } = context
  const options = { clock: context.clock, pid: parts.pid }
  const inTurn = createQueue()

  const enter = async (opened: OpenProject): Promise<ProjectSummary> => {
    project.set(opened)
    context.trainings.open(opened)
    context.learner.open(opened)
    changes.publish(allTopics)
    return remember(parts, opened)
  }
  /** The open project is left only once the other is there: a folder that cannot be opened costs nothing. */
  const replace = async (opened: OpenProject): Promise<ProjectSummary> => {
    try {
      await leaveProject(parts)
    } catch (error) {
      closeProject(opened)
      throw error
    }
    return enter(opened)
  }
  const open = (folder: string): Promise<ProjectSummary> =>
    inTurn(async () => {
      const current = project.get()
      if (current && isSameFolder(current.folder, folder)) return summarise(current)
      return replace(await openProjectFolder(folder, options))
    })
  const create = (folder: string, photoRoot: string | null, note?: string): Promise<ProjectSummary> =>
    inTurn(() => {
      const opened = createProjectFolder(folder, photoRoot, options)
      if (note !== undefined) setProperty(opened.store, 'note', note)
      return replace(opened)
    })
  const recreate = (folder: string, photoRoot: string): Promise<ProjectSummary> =>
    inTurn(async () => {
      await leaveProject(parts)
      await rm(folder, { recursive: true, force: true })
      return enter(createProjectFolder(folder, photoRoot, options))
    })

  const openSample = async (signal: AbortSignal): Promise<ProjectSummary> => {
    const folder = sampleProjectFolder(context.userDataFolder)
    if (existsSync(databaseFile(folder))) {
      const known = await open(folder)
      if (getProperty(project.require().store, 'sampleReady') !== null) return known
    }
    const files = await copySampleFiles(context.resourcesFolder, context.userDataFolder)
    await recreate(folder, files.photos)
    return context.jobs.run('sample', 'Lectern sample', (job) => fillSample(parts, files, job.signal), { signal })
  }

  return {
    current: () => {
      const current = project.get()
      return current && summarise(current)
    },
    recent: () => recent.list(),
    forgetRecent: async ({ folder }) => {
      await recent.forget(folder)
      return null
    },
    create: ({ folder, photoRoot, note }) => create(folder, photoRoot, note),
    open: ({ folder }) => open(folder),
    openSample: (_input, { signal }) => openSample(signal),
    close: async () => {
      await inTurn(() => leaveProject(parts))
      return null
    },
    discardEmpty: ({ folder }) => inTurn(async () => ({ discarded: await discardEmpty(parts, folder) })),
    relinkPhotos: async ({ photoRoot }) => {
      const result = await relinkPhotos(project.require(), photoRoot)
      changes.publish(['project', 'scenes'])
      return result
    },
    editClass: (edited) => {
      editClass(project.require(), edited)
      changes.publish(['project'])
      return summarise(project.require())
    },
    changes: (_input, { signal }) => changes.follow(signal),
  }
}

const allTopics = ['project', 'scenes', 'students', 'labels', 'models', 'runs', 'trainings'] as const

/** Whether both paths lead to one folder, by whatever links. */
function isSameFolder(one: string, other: string): boolean {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path))
  return real(one) === real(other)
}

/** Opening and closing happen one after another: two clicks on a project must not meet at its lock. */
function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

/** Ends the jobs of the open project, then closes it. Nothing happens where none is open. */
export async function leaveProject({ context, recent }: Pick<ProjectsParts, 'context' | 'recent'>): Promise<void> {
  const current = context.project.get()
  if (!current) return
  await context.trainings.close()
  await context.learner.close()
  await context.jobs.cancelAll()
  // A cancelled sample closes its own project.
  if (context.project.get() !== current) return
  await remember({ context, recent }, current)
  context.project.set(null)
  closeProject(current)
  context.changes.publish(allTopics)
}

async function discardEmpty(parts: ProjectsParts, folder: string): Promise<boolean> {
  const current = parts.context.project.get()
  if (!current || !isSameFolder(current.folder, folder) || !isEmptyProject(current.store)) return false
  await leaveProject(parts)
  await removeEmptyProject(current.folder)
  await parts.recent.forget(current.folder)
  return true
}

async function remember(
  { context, recent }: Pick<ProjectsParts, 'context' | 'recent'>,
  project: OpenProject,
): Promise<ProjectSummary> {
  const summary = summarise(project)
  const { folder, name, scenes, reviewedScenes } = summary
  await recent.remember({ folder, name, scenes, reviewedScenes, openedAt: context.clock().toISOString() })
  return summary
}

/** Imports and predicts through the same services as the user would. A sample that could not be filled is removed again. */
async function fillSample(parts: ProjectsParts, files: SampleFiles, signal: AbortSignal): Promise<ProjectSummary> {
  const { context, recent } = parts
  const opened = context.project.require()
  const { exchange, models } = parts.services()
  try {
    setProperty(opened.store, 'note', sampleNote)
    const source = { file: files.features, photoRoot: files.photos, contextFile: null, split: null }
    await exchange.importFeatures(source, { signal })
    for (const { file, config, name } of files.heads) {
      const model = await models.add({ file, config, name, chosen: {} }, { signal })
      await models.predict({ modelId: model.id, sceneIds: null, name, device: 'auto', batching: 'scene' }, { signal })
    }
    setProperty(opened.store, 'sampleReady', context.clock().toISOString())
    return await remember(parts, opened)
  } catch (error) {
    context.project.set(null)
    await context.trainings.close()
    await context.learner.close()
    closeProject(opened)
    await rm(opened.folder, { recursive: true, force: true })
    await recent.forget(opened.folder)
    context.changes.publish(allTopics)
    throw error
  }
}

function editClass({ store }: OpenProject, edited: Omit<BehaviourClass, 'isNull'>): void {
  const letter = edited.letter.toUpperCase()
  const twin = listClasses(store).find(
    (one) => one.index !== edited.index && (one.letter === letter || one.name === edited.name),
  )
  if (twin) {
    throw new AppError(
      'project.class-not-unique',
      `Class ${twin.index} "${twin.name}" has that name or the letter ${letter} already. Give each class its own.`,
      { index: edited.index, twin: twin.index },
    )
  }
  if (!updateClass(store, { ...edited, letter })) {
    throw new AppError('project.class-unknown', `This project has no class ${edited.index}.`, { index: edited.index })
  }
}
