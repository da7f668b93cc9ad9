import type { ContrastiveLoss } from '#shared/contract/training.ts'

/** A head to train in the paper's manner. */
export interface HeadRecipe {
  /** RAFNet's family name. */
  readonly family: string
  /** All inputs, pseudo-modalities included. */
  readonly modalities: readonly string[]
  readonly lossTuned: boolean
  /** Options of the model beside hidden_dim, under RAFNet's names. */
  readonly params?: Readonly<Record<string, number>>
  readonly contrastive?: ContrastiveLoss
}

/** What a recipe is trained on, and where. */
export interface RecipeData {
  readonly train: string
  readonly val: string
  readonly test: string
  readonly outputFolder: string
  /** In class order; the class of ambiguous students is the one called Null. */
  readonly labelNames: readonly string[]
  /** Widths of modalities that are not those of the paper. */
  readonly widths: ReadonlyMap<string, number>
}

/** The paper's own. */
export const paperWidths: ReadonlyMap<string, number> = new Map([
  ['grouprec', 1024],
  ['convnext', 1024],
  ['resnet', 2048],
  ['vit', 768],
  ['grouprec_3d', 78],
  ['bbox_ctx', 4],
  ['img_uid', 1],
])

/**
 * A recipe as the mapping that RAFNet's YAML of it holds: width 256, rate and decay 1e-3, seeds 41 to 45 and the rest that is common to
 * all configurations of the paper. A modality whose width nobody knows is left to `parseTrainingConfig` to refuse.
 */
export function recipeConfig(recipe: HeadRecipe, data: RecipeData) {
  const { family, modalities, lossTuned, params, contrastive } = recipe
  const classes = data.labelNames.length
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
      label_names: [...data.labelNames],
      output_dir: data.outputFolder,
      ...(contrastive ? { contrastive: { enabled: true, ...contrastive } } : {}),
    },
    optimizer: { name: 'adamw', params: { lr: 0.001, weight_decay: 0.001 } },
    loss: {
      name: 'focal',
      params: { num_classes: classes, gamma: lossTuned ? 1.5 : 2, ...(lossTuned ? { label_smoothing: 0.1 } : {}) },
    },
    class_weights: { method: 'log_balanced', null_weight_factor: lossTuned ? 0.1 : 0.3 },
    scheduler: { name: 'reduce_on_plateau', params: { mode: 'max', factor: 0.5, patience: 10 } },
    model: {
      name: family,
      params: {
        num_classes: classes,
        ...(family.startsWith('cross') ? { d_model: 256 } : { hidden_dim: 256 }),
        ...params,
        modalities: [...modalities],
        input_dims: modalities.map((modality) => data.widths.get(modality) ?? paperWidths.get(modality) ?? null),
      },
    },
    datasets: { train: dataset(data.train), val: dataset(data.val), test: dataset(data.test) },
  }
}
