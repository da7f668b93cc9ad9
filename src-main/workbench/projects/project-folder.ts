import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'
import { lockFolder } from '#main/store/folder-lock.ts'
import { openStore } from '#main/store/open-store.ts'
import { removeUnfinishedImport, unfinishedImports } from '#main/store/remove-import.ts'
import { insertClasses } from '#main/store/tables/class.ts'
import { importFolder, listImports } from '#main/store/tables/import.ts'
import { removeRun } from '#main/store/tables/prediction.ts'
import { setProperty } from '#main/store/tables/property.ts'
import { unfinishedRuns } from '#main/store/tables/run.ts'
import { listModels } from '#main/store/tables/model.ts'
import { listTrainings, trainingFolder } from '#main/store/tables/training.ts'
import { fileError, makeFolder } from '../files.ts'
import { removeUnfinishedVersions } from '../learning/clear-versions.ts'
import { databaseFile, projectFile, projectFolders, setPhotoRoot, type OpenProject } from './open-project.ts'
import { projectName } from './recent-projects.ts'

interface FolderOptions {
  readonly clock: () => Date
  readonly pid: number
}

/**
 * Makes `folder` a project with RAFNet's classes; the folder may exist. Throws AppError `project.exists`, `project.in-use`,
 * `project.read-only` or `project.disk-full`.
 */
export function createProjectFolder(folder: string, photoRoot: string | null, options: FolderOptions): OpenProject {
  const at = resolve(folder)
  assertNoProjectThere(at)
  try {
    for (const name of projectFolders) makeFolder(join(at, name))
  } catch (error) {
    throw fileError(at, error)
  }
  const project = openLocked(at, 'create', options)
  project.store.transaction(() => {
    insertClasses(project.store, rafnetClasses)
    setProperty(project.store, 'name', projectName(at))
    setProperty(project.store, 'createdAt', options.clock().toISOString())
  })
  if (photoRoot !== null) setPhotoRoot(project, photoRoot)
  return project
}

/** Opens a project and removes what a crash left half done. Throws as `openStore` does, and `project.in-use`. */
export async function openProjectFolder(folder: string, options: FolderOptions): Promise<OpenProject> {
  const project = openLocked(resolve(folder), 'open', options)
  try {
    await removeLeftovers(project)
    return project
  } catch (error) {
    closeProject(project)
    throw error
  }
}

export function closeProject(project: OpenProject): void {
  try {
    project.store.close()
  } finally {
    project.lock.release()
  }
}

function openLocked(folder: string, mode: 'create' | 'open', { clock, pid }: FolderOptions): OpenProject {
  const file = databaseFile(folder)
  // Before the lock, which would itself write into a folder that is no project.
  if (mode === 'open') assertProjectThere(folder)
  const lock = lockFolder(folder, pid)
  try {
    return { folder, lock, store: openStore(file, { clock, mode, backupFolder: join(folder, 'backups') }) }
  } catch (error) {
    lock.release()
    throw error
  }
}

function assertNoProjectThere(folder: string): void {
  const file = databaseFile(folder)
  if (!existsSync(file)) return
  throw new AppError('project.exists', `${file} is there already. Open that project, or choose another folder.`, {
    file,
  })
}

function assertProjectThere(folder: string): void {
  if (existsSync(databaseFile(folder))) return
  throw new AppError(
    'project.missing',
    `${folder} is no Lectern project. Choose the project's own folder (*.lectern).`,
    {
      folder,
    },
  )
}

/** Imports, runs and learnt heads that a crash cut off, and folders that no import, training or model knows. */
async function removeLeftovers(project: OpenProject): Promise<void> {
  const { store } = project
  for (const id of unfinishedImports(store)) await removeUnfinishedImport(store, id)
  for (const id of unfinishedRuns(store)) await removeRun(store, id)
  const imports = listImports(store).map((one) => basename(importFolder(one.id)))
  await removeUnknown(projectFile(project, 'features'), /^import-\d+$/, imports)
  const trainings = listTrainings(store).map((one) => basename(trainingFolder(one.id)))
  await removeUnknown(projectFile(project, dirname(trainingFolder(0))), /^\d+$/, trainings)
  await removeUnfinishedVersions(project)
  const models = listModels(store).map(({ file }) => basename(dirname(file)))
  await removeUnknown(projectFile(project, 'models'), /^learnt-/, models)
}

/** Removes what lies in a folder under a name of ours that the database does not have. */
async function removeUnknown(folder: string, ours: RegExp, known: readonly string[]): Promise<void> {
  const found = await readdir(folder).catch(() => [])
  for (const name of found) {
    if (ours.test(name) && !known.includes(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
