import { rm } from 'node:fs/promises'
import { AppError } from '#shared/contract/app-error.ts'
import { deleteTraining, trainingFolder } from '#main/store/tables/training.ts'
import { projectFile } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { knownTraining } from './training-info.ts'

/** Forgets a training and everything in its folder; models made of it stay. Throws AppError `training.unknown`, `training.running`. */
export async function removeTraining(project: OpenProject, trainingId: number): Promise<void> {
  const { state, name } = knownTraining(project.store, trainingId)
  if (state === 'running') {
    throw new AppError('training.running', `${name} is running. Pause or stop it first.`, { trainingId })
  }
  deleteTraining(project.store, trainingId)
  await rm(projectFile(project, trainingFolder(trainingId)), { recursive: true, force: true })
}
