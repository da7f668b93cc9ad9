import type { TrainingPreset } from '#shared/contract/training.ts'

interface PresetSpec extends TrainingPreset {
  /** Options of the model beside hidden_dim, under RAFNet's names. */
  readonly params?: Readonly<Record<string, number>>
  readonly contrastive?: { readonly weight: number; readonly temperature: number }
}

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
  tunedGated('d_supcon', gated, both, { contrastive: { weight: 0.05, temperature: 0.2 } }),
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

const widths: Readonly<Record<string, number>> = {
  grouprec: 1024,
  convnext: 1024,
  resnet: 2048,
  vit: 768,
  grouprec_3d: 78,
  bbox_ctx: 4,
  img_uid: 1,
}

export const trainingPresets: readonly TrainingPreset[] = specs.map(({ name, family, modalities, lossTuned }) => ({
  name,
  family,
  modalities,
  lossTuned,
}))

/** Where a preset's data lie and its results go. */
export interface PresetPlaces {
  readonly train: string
  readonly val: string
  readonly test: string
  readonly outputFolder: string
}

/** A preset as the mapping that RAFNet's YAML of that name holds; null for an unknown name. */
export function presetConfig(name: string, places: PresetPlaces): Readonly<Record<string, unknown>> | null {
  const spec = specs.find((one) => one.name === name)
  if (spec === undefined) return null
  const { family, modalities, lossTuned, params, contrastive } = spec
  const dataset = (path: string) => ({
    name: 'multimodal_features',
    params: { features_path: path, modalities: [...modalities] },
  })
  return {
    training: {
      seeds: [41, 42, 43, 44, 45],
      num_epochs: 100,
      batch_size: 128,
      grad_clip: 1,
      label_names: ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone'],
      output_dir: places.outputFolder,
      ...(contrastive ? { contrastive: { enabled: true, ...contrastive } } : {}),
    },
    optimizer: { name: 'adamw', params: { lr: 0.001, weight_decay: 0.001 } },
    loss: {
      name: 'focal',
      params: { num_classes: 5, gamma: lossTuned ? 1.5 : 2, ...(lossTuned ? { label_smoothing: 0.1 } : {}) },
    },
    class_weights: { method: 'log_balanced', null_weight_factor: lossTuned ? 0.1 : 0.3 },
    scheduler: { name: 'reduce_on_plateau', params: { mode: 'max', factor: 0.5, patience: 10 } },
    model: {
      name: family,
      params: {
        num_classes: 5,
        ...(family.startsWith('cross') ? { d_model: 256 } : { hidden_dim: 256 }),
        ...params,
        modalities: [...modalities],
        input_dims: modalities.map((modality) => widths[modality]!),
      },
    },
    datasets: { train: dataset(places.train), val: dataset(places.val), test: dataset(places.test) },
  }
}
