import { listLearnt, learntFolder } from '#main/store/tables/learnt.ts'
import { listModels } from '#main/store/tables/model.ts'
import { removeModel } from '../models/remove-model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { readChoice } from './learning-choice.ts'
import { activeVersion } from './version-info.ts'

/** Versions that are kept to go back to, the one that is shown beside them. */
const keptVersions = 10

/** Removes versions that are too old, but never the one that is shown. */
export async function removeOldVersions(project: OpenProject): Promise<void> {
  const versions = listLearnt(project.store)
  const active = activeVersion(versions, readChoice(project.store).pinnedId)
  const old = versions.slice(keptVersions).filter(({ id }) => id !== active?.id)
  for (const { modelId } of old) await removeModel(project, modelId)
}

/** Removes models that a crash left without their version. */
export async function removeUnfinishedVersions(project: OpenProject): Promise<void> {
  const known = new Set(listLearnt(project.store).map(({ modelId }) => modelId))
  const unfinished = listModels(project.store).filter(
    ({ id, file }) => file.startsWith(learntFolder('')) && !known.has(id),
  )
  for (const { id } of unfinished) await removeModel(project, id)
}
