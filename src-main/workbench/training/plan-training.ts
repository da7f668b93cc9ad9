import { toAppError } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { SplitPlan, TrainingData, TrainingPlan, TrainingRecipe } from '#shared/contract/training.ts'
import type { RecipeDescription, RecipeRequest } from '#main/compute/protocol.ts'
import { createOmissions } from '../inference/omissions.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { draftData } from './draft-data.ts'
import { recipeRequest } from './recipe-request.ts'

export interface PlanOptions {
  readonly project: OpenProject
  readonly compute: ComputeClient
  readonly recipe: TrainingRecipe
  readonly data: TrainingData
  readonly changes: RecipeRequest['changes']
  readonly signal: AbortSignal | undefined
}

/** A plan, and how the recipe was understood; null where it could not be. */
export interface PlannedTraining {
  readonly plan: TrainingPlan
  readonly description: RecipeDescription | null
}

/** Vectors that a plan looks at: some 20 ms of reading. */
const scannedBytes = 32 * 2 ** 20
const nobody: SplitPlan = { scenes: 0, students: 0, classCounts: [] }

/** What a training would be made of, nothing written; whatever speaks against it is the plan's `problem`. Throws when cancelled or when compute dies. */
export async function planTraining(options: PlanOptions): Promise<PlannedTraining> {
  const { project, compute, recipe, data, signal } = options
  const request = recipeRequest(project, options, options.changes)
  const omissions = createOmissions()
  let description: RecipeDescription | null = null
  let found: Pick<TrainingPlan, 'splits' | 'leakage' | 'ties'> & { readonly findings: readonly Finding[] } = {
    splits: { train: nobody, val: nobody, test: nobody },
    findings: [],
    leakage: null,
    ties: null,
  }
  let problem: TrainingPlan['problem'] = null
  try {
    description = await compute.training.describe({ request }, { signal })
    const { modalities } = description
    found =
      data.kind === 'project'
        ? await draftData({ project, compute, data, modalities, omissions, limitBytes: scannedBytes, signal })
        : { ...(await compute.training.examine({ request }, { signal })), ties: null }
    await compute.training.describe({ request, students: found.splits.train.students }, { signal })
  } catch (thrown) {
    const error = toAppError(thrown)
    if (isNoProblem(error.code)) throw error
    problem = error.toJSON()
  }
  const plan: TrainingPlan = {
    model: description?.name ?? nameOf(recipe),
    family: description?.family ?? '',
    modalities: description?.modalities.map(({ name }) => name) ?? [],
    splits: found.splits,
    omitted: omissions.list(),
    findings: [...(description?.findings ?? []), ...found.findings],
    leakage: found.leakage,
    ties: found.ties,
    problem,
  }
  return { plan, description }
}

/** What says nothing about the training: a cancelled call, a dead process, a mistake of ours. */
const isNoProblem = (code: string): boolean => code === 'job.cancelled' || /^(internal|compute|rpc)\./.test(code)

function nameOf(recipe: TrainingRecipe): string {
  if (recipe.kind === 'config') return recipe.config
  return recipe.kind === 'preset' ? recipe.preset : recipe.family
}
