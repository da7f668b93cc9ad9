import { resolve } from 'node:path'
import { listModels } from '#main/store/tables/model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { addModel, inspectModel } from './add-model.ts'
import { findSeeds } from './find-seeds.ts'
import { removeModel } from './remove-model.ts'
import type { StoredModel } from './stored-model.ts'

/**
 * Keeps every trained seed of a run folder as a model of its own, or none: each is read before the first is kept. Throws as `findSeeds`
 * and `inspectModel`; sentences name the seed's file.
 */
export async function addRunFolder(
  project: OpenProject,
  compute: ComputeClient,
  folder: string,
  createdAt: string,
): Promise<StoredModel[]> {
  const choices = findSeeds(resolve(folder)).map(({ name, checkpoint }) => ({
    name,
    file: checkpoint,
    config: null,
    chosen: {},
  }))
  for (const choice of choices) await inspectModel(project, compute, choice)
  const before = new Set(listModels(project.store).map(({ id }) => id))
  const added: StoredModel[] = []
  try {
    for (const choice of choices) added.push(await addModel(project, compute, choice, createdAt))
    return added
  } catch (error) {
    for (const { row } of added) if (!before.has(row.id)) await removeModel(project, row.id)
    throw error
  }
}
