import { rm } from 'node:fs/promises'
import { removeUnfinishedImport, unfinishedImports } from '#main/store/remove-import.ts'
import { importFolder } from '#main/store/tables/import.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** Takes back an import that did not finish, with its folder; a finished one stays as it is. */
export async function discardUnfinished(project: OpenProject, importId: number): Promise<void> {
  if (!unfinishedImports(project.store).includes(importId)) return
  await removeUnfinishedImport(project.store, importId)
  await rm(projectFile(project, importFolder(importId)), { recursive: true, force: true })
}
