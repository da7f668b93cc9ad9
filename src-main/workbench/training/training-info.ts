import { AppError } from '#shared/contract/app-error.ts'
import type { TrainingInfo } from '#shared/contract/training.ts'
import type { Store } from '#main/store/store.ts'
import { getModel } from '#main/store/tables/model.ts'
import { getTraining, seedsOfTraining, trainingFolder } from '#main/store/tables/training.ts'
import type { TrainingRow } from '#main/store/tables/training.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** What only the running training knows. */
export interface LiveTraining {
  readonly step: TrainingInfo['step']
  readonly msPerEpoch: number | null
}

/** Throws AppError `training.unknown`. */
export function knownTraining(store: Store, trainingId: number): TrainingRow {
  const row = getTraining(store, trainingId)
  if (row) return row
  throw new AppError(
    'training.unknown',
    `There is no training ${trainingId} in this project. Choose one of its queue.`,
    {
      trainingId,
    },
  )
}

/** Where a training's results lie, absolute. */
export const outputFolderOf = (project: OpenProject, { id, runName }: Pick<TrainingRow, 'id' | 'runName'>): string =>
  projectFile(project, `${trainingFolder(id)}/${runName}`)

export function toTrainingInfo(project: OpenProject, row: TrainingRow, live: LiveTraining | null): TrainingInfo {
  const { id, name, family, modalities, state, order, epochs, students, findings, leakage, summary, error } = row
  const { createdAt, endedAt } = row
  return {
    id,
    name,
    family,
    modalities,
    state,
    order,
    outputFolder: outputFolderOf(project, row),
    seeds: seedsOfTraining(project.store, id),
    epochs,
    step: live?.step ?? null,
    msPerEpoch: live?.msPerEpoch ?? null,
    students,
    findings,
    leakage,
    summary,
    error,
    createdAt,
    endedAt,
    // A model may have been removed since.
    modelIds: row.modelIds.filter((modelId) => getModel(project.store, modelId) !== undefined),
  }
}
