import { checkHeadBatches } from '#main/training/prepare-training.ts'
import type { RecipeDescription, RecipeRequest } from '../training-protocol.ts'
import { resolveRecipe } from './training-recipe.ts'

/** Throws as `resolveRecipe`, and AppError `training.batch-of-one` where the number of students to train on is known. */
export function describeRecipe(request: RecipeRequest, students: number | null): RecipeDescription {
  const { name, config, findings } = resolveRecipe(request)
  const { head, options, seeds } = config
  if (students !== null) checkHeadBatches(head, students, options.batchSize)
  return {
    name,
    family: head.family,
    classes: head.classes,
    modalities: head.modalities.map((modality) => ({ ...modality, role: roleOf(modality.name) })),
    seeds,
    epochs: options.epochs,
    findings,
  }
}

/** RAFNet's pseudo-modalities are no features of a file. */
const roleOf = (name: string): RecipeDescription['modalities'][number]['role'] =>
  name === 'bbox_ctx' ? 'box' : name === 'img_uid' ? 'scene' : 'feature'
