import type { TrainingData, TrainingInfo, TrainingRecipe } from '#shared/contract/training.ts'
import type { RecipeRequest } from '#main/compute/protocol.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { listFeatureSets } from '#main/store/tables/feature.ts'
import type { OpenProject } from '../projects/open-project.ts'

/** What is to be trained, as the compute process takes it: with the classes and modalities of the project where it is trained on that. */
export function recipeRequest(
  project: OpenProject,
  asked: { readonly recipe: TrainingRecipe; readonly data: TrainingData },
  changes: RecipeRequest['changes'],
): RecipeRequest {
  const { recipe, data } = asked
  if (data.kind !== 'project') return { recipe, data, changes }
  return {
    recipe,
    changes,
    data: { kind: 'project', labelNames: labelNames(project), modalities: newestWidths(project) },
  }
}

/** Nothing but what the recipe says. */
export const noChanges: RecipeRequest['changes'] = {
  seeds: null,
  epochs: null,
  batchSize: null,
  learningRate: null,
  contrastive: null,
  mixupAlpha: null,
}

/** What an order changes of its recipe. */
export function changesOf(order: TrainingInfo['order']): RecipeRequest['changes'] {
  const { seeds, epochs, batchSize, learningRate, contrastive, mixupAlpha } = order
  return { seeds, epochs, batchSize, learningRate, contrastive, mixupAlpha }
}

/** RAFNet tells the class of ambiguous students by this name, whatever the project calls it. */
export const labelNames = ({ store }: OpenProject): string[] =>
  listClasses(store).map(({ name, isNull }) => (isNull ? 'Null' : name))

function newestWidths({ store }: OpenProject): { name: string; width: number }[] {
  const widths = new Map(listFeatureSets(store).map(({ modality, width }) => [modality, width]))
  return [...widths].map(([name, width]) => ({ name, width }))
}
