import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { LecternContract } from '#shared/contract/contract.ts'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import { seedsOfTraining, updateTraining } from '#main/store/tables/training.ts'
import type { TrainingRow } from '#main/store/tables/training.ts'
import { usableFeatureSets } from '../inference/usable-feature-sets.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { knownTraining, outputFolderOf } from './training-info.ts'

/** The models service that the interface calls, too. */
export type ModelCalls = Pick<Handlers<LecternContract>['models'], 'inspect' | 'add' | 'predict'>

/**
 * Makes models of trained seeds and runs each on the whole project. Throws AppError `training.unknown`, `training.no-best-model`,
 * `inference.modality-missing` and `inference.modality-width` before anything is added, and what prediction throws.
 */
export async function adoptTraining(
  project: OpenProject,
  models: ModelCalls,
  asked: { readonly trainingId: number; readonly seeds: readonly number[] | null },
  signal: AbortSignal,
): Promise<ModelInfo[]> {
  const row = knownTraining(project.store, asked.trainingId)
  const chosen = (asked.seeds ?? [bestSeed(project, row)]).map((seed) => checkpointOf(project, row, seed))
  const sets = listFeatureSets(project.store)
  for (const { file, config } of chosen) {
    const { modalities } = await models.inspect({ file, config, chosen: {} }, { signal })
    usableFeatureSets(
      sets,
      modalities.filter(({ role }) => role === 'feature'),
    )
  }
  const made: ModelInfo[] = []
  for (const { seed, file, config } of chosen) {
    const name = `${row.name} seed ${seed}`
    const model = await models.add({ file, config, chosen: {}, name }, { signal })
    made.push(model)
    remember(project, asked.trainingId, model.id)
    await models.predict({ modelId: model.id, sceneIds: null, name, device: 'auto', batching: 'scene' }, { signal })
  }
  return made
}

function remember({ store }: OpenProject, trainingId: number, modelId: number): void {
  const { modelIds } = knownTraining(store, trainingId)
  updateTraining(store, trainingId, { modelIds: [...new Set([...modelIds, modelId])] })
}

function bestSeed({ store }: OpenProject, row: TrainingRow): number {
  const seeds = seedsOfTraining(store, row.id).filter(({ bestEpoch }) => bestEpoch > 0)
  const [best] = seeds.toSorted((a, b) => b.bestValMacroF1NoNull - a.bestValMacroF1NoNull)
  if (best) return best.seed
  throw new AppError(
    'training.no-best-model',
    `No epoch of ${row.name} was any good on val (macro F1 above 0), so there is no model to take over. Train longer, or on more students.`,
    { trainingId: row.id },
  )
}

function checkpointOf(project: OpenProject, row: TrainingRow, seed: number) {
  const folder = join(outputFolderOf(project, row), `seed_${seed}`)
  const file = join(folder, 'best_model.pth')
  if (existsSync(file)) return { seed, file, config: join(folder, 'config.yaml') }
  throw new AppError(
    'training.no-best-model',
    `${file} is not there: seed ${seed} has not been trained yet, or no epoch was any good on val. Choose another seed.`,
    { trainingId: row.id, seed },
  )
}
