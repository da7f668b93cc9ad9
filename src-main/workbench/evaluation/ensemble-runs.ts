import { AppError } from '#shared/contract/app-error.ts'
import type { EnsembleResult } from '#shared/contract/evaluation.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { removeRun } from '#main/store/tables/prediction.ts'
import { finishRun, startRun } from '#main/store/tables/run.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { removeModel } from '../models/remove-model.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { ensembleMembers, normalisedWeights, type EnsembleMember } from './ensemble-members.ts'
import { addEnsembleModel, type Ensemble } from './ensemble-model.ts'
import { writeMixture } from './ensemble-predictions.ts'
import { searchOnSplit } from './ensemble-search.ts'

export interface EnsembleRequest {
  readonly runIds: readonly number[]
  /** null means equal ones, unless `searchOn` names a split. */
  readonly weights: readonly number[] | null
  /** Name of a split, or '' for all labelled students. */
  readonly searchOn: string | null
  readonly name: string | null
}

export interface EnsembleParts {
  readonly project: OpenProject
  readonly appVersion: string
  readonly createdAt: string
}

/**
 * Mixes the logits of several runs on the students that all of them have, and keeps them as a run of its own: it stays as it is when a
 * member is removed. Throws AppError `runs.unknown`, `evaluation.same-run`, `ensemble.*`, `evaluation.nothing-shared` and, when aborted,
 * `job.cancelled`; nothing is left of it then.
 */
export async function ensembleRuns(
  parts: EnsembleParts,
  request: EnsembleRequest,
  job: JobContext,
): Promise<EnsembleResult> {
  const { project, appVersion, createdAt } = parts
  const { store } = project
  const members = ensembleMembers(store, request.runIds)
  const ensemble = await weighed(parts, members, request, job)
  const { modelId, isNew } = await addEnsembleModel(project, ensemble, createdAt)
  const batching = distinct(members.map(({ run }) => run.batching)).join(' + ')
  const partial = members.some(({ run }) => run.partial)
  const runId = startRun(store, { modelId, name: ensemble.name, appVersion, batching, partial, createdAt })
  try {
    const mixture = { runIds: request.runIds, weights: ensemble.weights, classes: listClasses(store).length }
    const { students, leftOut } = await writeMixture(store, runId, mixture, job)
    if (students === 0) throw nothingShared(members)
    finishRun(store, runId, runFacts(ensemble, students, leftOut))
    return resultOf(ensemble, runId, students, leftOut)
  } catch (error) {
    await removeRun(store, runId)
    if (isNew) await removeModel(project, modelId)
    throw error
  }
}

async function weighed(
  { project }: EnsembleParts,
  members: readonly EnsembleMember[],
  { weights, searchOn, name: given }: EnsembleRequest,
  job: JobContext,
): Promise<Ensemble> {
  const names = `ensemble of ${members.map(({ name }) => name).join(', ')}`
  const name = given ?? (names.length > 200 ? `${names.slice(0, 199)}…` : names)
  if (searchOn === null) {
    const weighting = weights === null ? 'equal' : 'given'
    return { name, members, weights: normalisedWeights(weights, members.length), weighting, search: null }
  }
  if (weights !== null) {
    throw new AppError(
      'ensemble.weights-twice',
      'Weights are either given or searched for. Leave out the weights, or the split to search on.',
      { searchOn },
    )
  }
  job.progress(0, null)
  return {
    name,
    members,
    weighting: 'searched',
    ...(await searchOnSplit(project.store, members, searchOn, job.signal)),
  }
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]

function runFacts({ members, weights }: Ensemble, students: number, leftOut: number) {
  const shares = members.map(({ name }, place) => `${name} × ${Number((weights[place] ?? 0).toFixed(4))}`)
  const hashes = members.map(({ run }) => Object.entries(run.featureHashes as Record<string, readonly string[]>))
  const byModality = Map.groupBy(hashes.flat(), ([modality]) => modality)
  return {
    provider: distinct(members.map(({ run }) => run.provider)).join(' + '),
    providerReason: `Weighted mean of logits: ${shares.join(', ')}. No model ran for it.`,
    msPerStudent: 0,
    students,
    omitted:
      leftOut > 0
        ? [{ code: 'not-in-all-members', reason: 'without a prediction of every member', count: leftOut }]
        : [],
    gateModalities: [],
    featureHashes: Object.fromEntries(
      [...byModality].map(([modality, entries]) => [modality, distinct(entries.flatMap(([, files]) => files))]),
    ),
  }
}

const nothingShared = (members: readonly EnsembleMember[]): AppError => {
  const names = members.map(({ name }) => name)
  return new AppError(
    'evaluation.nothing-shared',
    `No student has a prediction of all of ${names.join(', ')}, so there is nothing to mix. Run them on the same scenes.`,
    { runs: names },
  )
}

function resultOf(
  { name, members, weights, weighting, search }: Ensemble,
  runId: number,
  students: number,
  leftOut: number,
): EnsembleResult {
  return {
    runId,
    name,
    members: members.map((member, place) => ({
      runId: member.run.id,
      name: member.name,
      weight: weights[place] ?? 0,
    })),
    weighting,
    search,
    students,
    findings: [...leftOutFinding(leftOut), ...searchedFinding(search)],
  }
}

function leftOutFinding(count: number): Finding[] {
  if (count === 0) return []
  const message = `${count} students do not have a prediction of every member and are left out of the ensemble.`
  return [{ code: 'ensemble.left-out', severity: 'warning', count, examples: [], message }]
}

/** Whoever evaluates the run on all scenes, as is usual, judges the weights on the students that chose them. */
function searchedFinding(search: EnsembleResult['search']): Finding[] {
  if (search === null) return []
  const { students: count, split } = search
  const message =
    split === ''
      ? `The weights were searched on all ${count} labelled students, the same that figures are taken over: these figures are better than on new photos. Search on a split of its own to know.`
      : `The weights were searched on the ${count} labelled students of ${split}: figures that include them are better than on new photos. Judge the ensemble on the other scenes.`
  return [{ code: 'ensemble.searched-on-evaluated', severity: 'warning', count, examples: [], message }]
}
