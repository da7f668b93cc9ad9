import { usualContrast } from '#shared/contract/training.ts'
import type { TrainingPreset } from '#shared/contract/training.ts'
import type { HeadRecipe } from './recipe-config.ts'

type PresetSpec = Omit<TrainingPreset, 'contrastive'> & HeadRecipe

const mlp = 'multimodal_classifier'
const gated = 'gated_fusion_classifier'
const appearances = ['resnet', 'vit', 'convnext'] as const
const spatial = ['bbox_ctx', 'img_uid'] as const

const preset = (
  name: string,
  family: string,
  modalities: readonly string[],
  lossTuned: boolean,
  more: Pick<PresetSpec, 'params' | 'contrastive'> = {},
): PresetSpec => ({ name, family, modalities, lossTuned, ...more })

const tunedGated = (variant: string, family: string, modalities: readonly string[], more = {}): PresetSpec =>
  preset(`grouprec_convnext_gated_${variant}_loss_tuned`, family, modalities, true, more)

const both = ['grouprec', 'convnext']
const both3d = ['grouprec_3d', 'convnext']

/** The paper's configurations (rafnet training.md); width 256, seeds 41 to 45, 100 epochs and the rest are common to all. */
const specs: readonly PresetSpec[] = [
  ...['grouprec', ...appearances].map((name) => preset(`${name}_only`, mlp, [name], false)),
  ...appearances.map((name) => preset(`grouprec_${name}_mlp`, mlp, ['grouprec', name], false)),
  ...appearances.map((name) => preset(`grouprec_${name}_gated`, gated, ['grouprec', name], false)),
  ...appearances.map((name) => preset(`${name}_only_loss_tuned`, mlp, [name], true)),
  ...appearances.map((name) => preset(`grouprec_${name}_loss_tuned`, mlp, ['grouprec', name], true)),
  preset('grouprec_convnext_gated_loss_tuned', gated, both, true),
  tunedGated('b_disentangle', 'disentangled_gated_fusion_classifier', both, {
    params: { disentangle_ortho_weight: 0.02 },
  }),
  tunedGated('c_context_graph', 'context_graph_fusion_classifier', both),
  tunedGated('c_spatial_graph', 'context_graph_fusion_classifier', [...both, ...spatial]),
  tunedGated('bc_spatial', 'disentangled_spatial_graph_fusion_classifier', [...both, ...spatial]),
  tunedGated('ccsg', 'class_conditioned_spatial_gated_fusion_classifier', [...both, ...spatial]),
  tunedGated('d_supcon', gated, both, { contrastive: usualContrast }),
  preset('grouprec_convnext_cross_attention_loss_tuned', 'cross_attention_fusion_classifier', both, true),
  preset('grouprec3d_only', mlp, ['grouprec_3d'], true, { params: { dropout: 0.3 } }),
  preset('grouprec3d_convnext_gated_loss_tuned', gated, both3d, true),
  preset(
    'grouprec3d_convnext_gated_c_spatial_graph_loss_tuned',
    'context_graph_fusion_classifier',
    [...both3d, ...spatial],
    true,
  ),
]

export const trainingPresets: readonly TrainingPreset[] = specs.map(
  ({ name, family, modalities, lossTuned, contrastive = null }) => ({
    name,
    family,
    modalities,
    lossTuned,
    contrastive,
  }),
)

/** What a preset trains; null for an unknown name. */
export const presetHead = (name: string): HeadRecipe | null => specs.find((one) => one.name === name) ?? null
