import { AppError } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { TrainingData, TrainingPlan, TrainingRecipe } from '#shared/contract/training.ts'
import type { BaselineRequest, RecipeRequest } from '#main/compute/protocol.ts'
import { countModalities } from '#main/store/tables/feature.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { photosCompared } from '../exchange/duplicates-compare.ts'
import type { ComputeClient, WorkbenchContext } from '../workbench-context.ts'
import type { BaselineOrder } from './baselines.ts'
import { draftData, writeModalities } from './draft-data.ts'
import type { LabelledStudent } from './gather-labelled.ts'
import { noChanges, recipeRequest } from './recipe-request.ts'

/** What baselines are fitted on, and what the compute process needs for it. */
export interface PreparedBaselines extends Pick<BaselineRequest, 'request' | 'baselines' | 'students'> {
  readonly plan: TrainingPlan
}

type Parts = Pick<WorkbenchContext, 'compute' | 'jobs'>
type ProjectData = Extract<TrainingData, { kind: 'project' }>

/** A batch of all rows: the conditions of batch normalisation are none of the baselines'. */
const changes: RecipeRequest['changes'] = { ...noChanges, batchSize: 65_536 }
/** A modality counts as everybody's where this share of the students of the most common one have it. */
const commonShare = 0.9

/**
 * Chooses the baselines and gathers their students: the project's as they are now, or whom files hold. Throws AppError
 * `baselines.unknown`, `baselines.no-features`, `baselines.config-missing`, and what `draftData` and the compute process throw of the data.
 */
export function prepareBaselines(
  project: OpenProject | null,
  parts: Parts,
  order: BaselineOrder,
  signal: AbortSignal,
): Promise<PreparedBaselines> {
  return project !== null && order.data.kind === 'project'
    ? ofProject(project, parts, order.data, order.names, signal)
    : ofFiles(parts.compute, order, signal)
}

async function ofProject(
  project: OpenProject,
  { compute, jobs }: Parts,
  data: ProjectData,
  names: readonly string[] | null,
  signal: AbortSignal,
): Promise<PreparedBaselines> {
  const counted = countModalities(project.store)
  const most = Math.max(0, ...counted.map(({ students }) => students))
  const isUsed = (students: number): boolean => names !== null || students >= commonShare * most
  const known = counted.filter(({ students }) => isUsed(students)).map(({ name }) => name)
  const sparse = counted.filter(({ students }) => !isUsed(students)).map(({ name }) => name)
  const baselines = await baselinesOf(compute, known, names, signal)
  const used = known.filter((name) => baselines.some(({ modalities }) => modalities.includes(name)))
  const request = recipeRequest(project, { recipe: plainHead(used), data }, changes)
  const { modalities } = await compute.training.describe({ request }, { signal })
  await photosCompared({ compute, jobs }, project, signal)
  const omissions = createOmissions()
  const draft = await draftData({ project, compute, data, modalities, omissions, limitBytes: null, signal })
  const students = async (drafted: readonly LabelledStudent[]) => ({
    modalities: await writeModalities(project, modalities, drafted, signal),
    labels: Int32Array.from(drafted, ({ classIndex }) => classIndex),
  })
  const { splits, leakage, ties } = draft
  return {
    baselines,
    request,
    students: { train: await students(draft.students.train), test: await students(draft.students.test) },
    plan: planOf(used, {
      splits,
      leakage,
      ties,
      omitted: omissions.list(),
      findings: [...sparseModalities(sparse), ...draft.findings],
    }),
  }
}

async function ofFiles(compute: ComputeClient, order: BaselineOrder, signal: AbortSignal): Promise<PreparedBaselines> {
  const { data, names } = order
  const request = { data: fileData(data), recipe: await recipeOfFiles(compute, order, signal), changes }
  const described = await compute.training.describe({ request }, { signal })
  const known = described.modalities.filter(({ role }) => role === 'feature').map(({ name }) => name)
  const baselines = await baselinesOf(compute, known, names, signal)
  const { splits, leakage, findings } = await compute.training.examine({ request }, { signal })
  const all = [...described.findings, ...findings]
  return {
    baselines,
    request,
    students: null,
    plan: planOf(known, { splits, leakage, ties: null, omitted: [], findings: all }),
  }
}

async function recipeOfFiles(
  compute: ComputeClient,
  { data, config, root }: BaselineOrder,
  signal: AbortSignal,
): Promise<TrainingRecipe> {
  if (config !== null) return { kind: 'config', config, root: root ?? '.' }
  if (data.kind === 'files') {
    const modalities = await compute.training.modalitiesOf({ file: data.train }, { signal })
    return plainHead(modalities.map(({ name }) => name))
  }
  throw new AppError(
    'baselines.config-missing',
    'No configuration is given that would name the data. Choose a configuration, feature files, or the open project.',
  )
}

function fileData(data: TrainingData): Exclude<RecipeRequest['data'], { kind: 'project' }> {
  if (data.kind !== 'project') return data
  throw new TypeError('students of a project are not read from files')
}

/** A head is only named to say which classes and modalities there are. */
const plainHead = (modalities: readonly string[]): TrainingRecipe => ({
  kind: 'head',
  family: 'multimodal_classifier',
  modalities: [...modalities],
  spatial: false,
  lossTuned: false,
})

async function baselinesOf(
  compute: ComputeClient,
  modalities: readonly string[],
  names: readonly string[] | null,
  signal: AbortSignal,
): Promise<PreparedBaselines['baselines']> {
  const request = { modalities: [...modalities], names: names === null ? null : [...names] }
  const baselines = await compute.training.baselinesOf(request, { signal })
  if (baselines.length > 0) return baselines
  throw new AppError(
    'baselines.no-features',
    'There are no features to fit baselines on. Import a feature file, or extract features.',
  )
}

const planOf = (
  modalities: readonly string[],
  found: Pick<TrainingPlan, 'splits' | 'leakage' | 'ties' | 'omitted' | 'findings'>,
): TrainingPlan => ({ model: 'baselines', family: 'baselines', modalities, problem: null, ...found })

/** Modalities that most students lack would leave most students out. */
function sparseModalities(names: readonly string[]): Finding[] {
  if (names.length === 0) return []
  const message = `Only some students have ${names.join(', ')}, so no baseline uses it: all are judged on the same students. Name baselines to use it all the same.`
  return [
    { code: 'baselines.modality-sparse', severity: 'info', count: names.length, examples: names.slice(0, 5), message },
  ]
}
