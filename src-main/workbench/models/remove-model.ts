import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { deleteModel, listModels } from '#main/store/tables/model.ts'
import { removeRun } from '#main/store/tables/prediction.ts'
import { hideRun, runsOfModel } from '#main/store/tables/run.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import { storedModel } from './stored-model.ts'

/** Removes a model, its runs with their predictions, and its files where no other model uses them. Labels stay as they are. */
export async function removeModel(project: OpenProject, modelId: number): Promise<void> {
  const { store } = project
  const { row } = storedModel(project, modelId)
  const runs = runsOfModel(store, modelId)
  store.transaction(() => {
    for (const run of runs) hideRun(store, run)
  })
  for (const run of runs) await removeRun(store, run)
  deleteModel(store, modelId)
  const left = listModels(store)
  const folder = dirname(row.file)
  if (left.every((one) => dirname(one.file) !== folder)) {
    await rm(projectFile(project, folder), { recursive: true, force: true })
  } else if (row.configFile !== null && left.every((one) => one.configFile !== row.configFile)) {
    await rm(projectFile(project, row.configFile), { force: true })
  }
}
