import type { LecternContract } from '#shared/contract/contract.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { epochsOfTraining, seedsOfTraining } from '#main/store/tables/training.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { adoptTraining } from './adopt-training.ts'
import type { ModelCalls } from './adopt-training.ts'
import { createBaselines } from './baselines.ts'
import { enqueueTraining } from './enqueue-training.ts'
import { hashOfLockFile } from './lock-file.ts'
import { planTraining } from './plan-training.ts'
import { noChanges } from './recipe-request.ts'
import { removeTraining } from './remove-training.ts'
import { createRunConfig } from './run-config.ts'
import { knownTraining } from './training-info.ts'

type Parts = Pick<
  WorkbenchContext,
  'project' | 'compute' | 'jobs' | 'trainings' | 'appVersion' | 'resourcesFolder' | 'clock'
>
type TrainingService = Handlers<LecternContract>['training']

/** The training service: configurations that name their own data, and the open project's queue. */
export function createTraining(parts: Parts, models: () => ModelCalls): TrainingService {
  const { project, compute, trainings } = parts
  return {
    run: createRunConfig(parts, hashOfLockFile(parts.resourcesFolder)),
    presets: () => compute.training.presets({}),
    baselines: createBaselines(parts),
    plan: async ({ recipe, data, batchSize }, { signal }) => {
      const changes = { ...noChanges, batchSize }
      const options = { project: project.require(), compute, recipe, data, changes, signal }
      return (await planTraining(options)).plan
    },
    enqueue: (order, { signal }) => enqueueTraining(parts, project.require(), order, signal),
    watch: (_input, { signal }) => trainings.watch(signal),
    curves: ({ trainingId }) => {
      const { store } = project.require()
      knownTraining(store, trainingId)
      const records = epochsOfTraining(store, trainingId)
      return seedsOfTraining(store, trainingId).map(({ seed }) => ({ seed, records: records.get(seed) ?? [] }))
    },
    pause: async ({ trainingId }) => {
      await trainings.pause(project.require(), trainingId)
      return null
    },
    resume: ({ trainingId }) => {
      trainings.resume(project.require(), trainingId)
      return null
    },
    stop: async ({ trainingId }) => {
      await trainings.stop(project.require(), trainingId)
      return null
    },
    remove: async ({ trainingId }) => {
      await removeTraining(project.require(), trainingId)
      trainings.changed()
      return null
    },
    adopt: async (asked, { signal }) => {
      const made = await adoptTraining(project.require(), models(), asked, signal)
      trainings.changed()
      return made
    },
  }
}
