import type { ProjectSummary } from '#shared/contract/project.ts'
import type { TrainingOrder, TrainingRecipe } from '#shared/contract/training.ts'
import type { CommandContext } from '../command.ts'

/** Modalities that one head takes at most. */
const mostModalities = 8

/**
 * What suits the features that a project has: the paper's best configuration (C+Spatial, loss-tuned) on GroupRec and ConvNeXt vectors,
 * without boxes its gated form; the loss-tuned preset of a single modality; a gated fusion of whatever else there is.
 */
export async function defaultRecipe(
  client: CommandContext['client'],
  { modalities }: Pick<ProjectSummary, 'modalities'>,
  data: TrainingOrder['data'],
): Promise<TrainingRecipe> {
  const names = modalities.filter(({ students }) => students > 0).map(({ name }) => name)
  if (names.includes('grouprec') && names.includes('convnext')) {
    const spatial = { kind: 'preset', preset: 'grouprec_convnext_gated_c_spatial_graph_loss_tuned' } as const
    const { omitted, problem } = await client.training.plan({ recipe: spatial, data })
    const lacksBoxes = problem !== null && omitted.some(({ code }) => code === 'box-missing')
    return lacksBoxes ? { kind: 'preset', preset: 'grouprec_convnext_gated_loss_tuned' } : spatial
  }
  const [only] = names
  if (names.length > 1 || only === undefined) {
    const family = 'gated_fusion_classifier'
    // Without any modality the plan says what is missing.
    const fused = names.length > 0 ? names.slice(0, mostModalities) : ['convnext']
    return { kind: 'head', family, modalities: fused, spatial: false, lossTuned: true }
  }
  const presets = await client.training.presets({})
  const preset = presets.find(({ name }) => name === `${only}_only_loss_tuned`)
  if (preset) return { kind: 'preset', preset: preset.name }
  return { kind: 'head', family: 'multimodal_classifier', modalities: [only], spatial: false, lossTuned: true }
}
