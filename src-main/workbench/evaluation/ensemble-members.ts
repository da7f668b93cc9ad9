import { AppError } from '#shared/contract/app-error.ts'
import type { Store } from '#main/store/store.ts'
import { getModel } from '#main/store/tables/model.ts'
import type { RunRow } from '#main/store/tables/run.ts'
import { knownRun } from '../models/run-info.ts'

/** A run that is mixed into an ensemble. */
export interface EnsembleMember {
  readonly run: RunRow
  /** Tells it apart from the other members. */
  readonly name: string
  readonly model: string
  readonly modelSha256: string
}

/** Throws AppError `runs.unknown` and `evaluation.same-run`. */
export function ensembleMembers(store: Store, runIds: readonly number[]): EnsembleMember[] {
  const twice = runIds.find((id, place) => runIds.indexOf(id) !== place)
  if (twice !== undefined) {
    throw new AppError(
      'evaluation.same-run',
      `Run ${twice} is named more than once. Name every member once, and give it a larger weight instead.`,
      { run: twice },
    )
  }
  const runs = runIds.map((id) => knownRun(store, id))
  const isShared = (name: string): boolean => runs.filter((run) => run.name === name).length > 1
  return runs.map((run) => {
    const model = getModel(store, run.modelId)
    return {
      run,
      name: isShared(run.name) ? `${run.name} (run ${run.id})` : run.name,
      model: model?.name ?? run.name,
      modelSha256: model?.sha256 ?? '',
    }
  })
}

/** The weights scaled to sum to 1; equal ones where none are given. Throws AppError `ensemble.weights`. */
export function normalisedWeights(weights: readonly number[] | null, members: number): number[] {
  if (weights === null) return new Array<number>(members).fill(1 / members)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (weights.length === members && sum > 0 && Number.isFinite(sum)) return weights.map((weight) => weight / sum)
  const why = weights.length === members ? 'they sum to 0' : `there are ${weights.length} for ${members} members`
  throw new AppError(
    'ensemble.weights',
    `The weights ${weights.join(', ')} cannot be used: ${why}. Give every member a weight of 0 or more, and at least one more than 0.`,
    { weights: weights.map(String), members },
  )
}
