import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '#main/store/store.ts'
import { listImports } from '#main/store/tables/import.ts'
import { listModels } from '#main/store/tables/model.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { listTrainings } from '#main/store/tables/training.ts'
import { errorCode } from '../files.ts'
import { databaseFile, projectFolders } from './open-project.ts'

/** Whether nothing was ever brought into a project: no photo, student, import, model or training. */
export function isEmptyProject(store: Store): boolean {
  const { scenes, students } = countProject(store)
  const brought = [listImports(store), listModels(store), listTrainings(store)]
  return scenes + students === 0 && brought.every((one) => one.length === 0)
}

/** Removes what creating a project wrote, once it is closed. A folder that holds anything else stays, with that in it. */
export async function removeEmptyProject(folder: string): Promise<void> {
  const database = databaseFile(folder)
  const files = [database, `${database}-wal`, `${database}-shm`, join(folder, 'project.lock')]
  for (const file of files) await rm(file, { force: true })
  for (const name of projectFolders) await removeFolderIfEmpty(join(folder, name))
  await removeFolderIfEmpty(folder)
}

async function removeFolderIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) throw error
  }
}
