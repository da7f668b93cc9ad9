import { z } from 'zod'
import type { ProjectSummary } from '#shared/contract/project.ts'
import { usualContrast, usualMixupAlpha } from '#shared/contract/training.ts'
import type {
  ContrastiveLoss,
  TrainingData,
  TrainingOrder,
  TrainingPreset,
  TrainingRecipe,
} from '#shared/contract/training.ts'
import { parentOfPath } from '../../composables/path-text.ts'

/** The paper's. */
const usualSeeds: readonly number[] = [41, 42, 43, 44, 45]
const defaultCuts = [70, 85] as const
const wholeNumber = z.int().positive().nullable().default(null)

/** What the form remembers. null stands for "as recommended": such a choice follows the project. */
export const trainingFormSchema = z.object({
  source: z.enum(['project', 'files', 'config']).default('project'),
  splits: z.enum(['made', 'imported']).nullable().default(null),
  together: z.enum(['scene', 'room', 'date']).default('scene'),
  /** Where train ends and where val ends, in percent of the students. */
  cuts: z.tuple([z.int().min(1).max(98), z.int().min(2).max(99)]).default([...defaultCuts]),
  splitSeed: z.int().nonnegative().default(41),
  onlyConfirmed: z.boolean().default(false),
  train: z.string().default(''),
  val: z.string().default(''),
  test: z.string().default(''),
  config: z.string().default(''),
  root: z.string().default(''),
  configData: z.enum(['config', 'project']).default('config'),
  head: z.enum(['preset', 'own']).default('preset'),
  preset: z.string().nullable().default(null),
  family: z.string().default('gated_fusion_classifier'),
  modalities: z.array(z.string()).nullable().default(null),
  spatial: z.boolean().default(false),
  lossTuned: z.boolean().default(true),
  name: z.string().default(''),
  seeds: z.array(z.int().nonnegative()).nullable().default(null),
  epochs: wholeNumber,
  batchSize: wholeNumber,
  learningRate: z.number().positive().nullable().default(null),
  /** Whether there is a contrastive loss; null is as the preset has it. */
  contrast: z.boolean().nullable().default(null),
  contrastWeight: z.number().positive().max(10).nullable().default(null),
  contrastTemperature: z.number().min(0.01).max(10).nullable().default(null),
  mixup: z.boolean().default(false),
  mixupAlpha: z.number().positive().max(10).nullable().default(null),
})
export type TrainingForm = z.output<typeof trainingFormSchema>

/** RAFNet's head families in the order in which they grow; those with a graph can use seating, one takes exactly two modalities. */
export const headFamilies = [
  { name: 'multimodal_classifier', graph: false, exactly: null },
  { name: 'gated_fusion_classifier', graph: false, exactly: null },
  { name: 'disentangled_gated_fusion_classifier', graph: false, exactly: null },
  { name: 'context_graph_fusion_classifier', graph: true, exactly: null },
  { name: 'disentangled_spatial_graph_fusion_classifier', graph: true, exactly: null },
  { name: 'class_conditioned_spatial_gated_fusion_classifier', graph: true, exactly: null },
  { name: 'cross_attention_fusion_classifier', graph: false, exactly: 2 },
] as const

export const familyOf = (name: string) => headFamilies.find((one) => one.name === name) ?? null

/** RAFNet's names for box and photo, which every student with a box has. */
const seatingModalities = ['bbox_ctx', 'img_uid']

export const featuresIn = (modalities: readonly string[]): readonly string[] =>
  modalities.filter((one) => !seatingModalities.includes(one))

export const hasSeating = (modalities: readonly string[]): boolean =>
  modalities.some((one) => seatingModalities.includes(one))

/** What the form's answers depend on beside the form itself. */
export interface FormContext {
  readonly project: Pick<ProjectSummary, 'splits' | 'modalities'> | null
  readonly presets: readonly TrainingPreset[]
}

/** Feature modalities that are known to be there; null where only the plan can tell (pickles, another's configuration). */
export function knownModalities(form: TrainingForm, { project }: FormContext): readonly string[] | null {
  if (form.source !== 'project') return null
  return (project?.modalities ?? []).filter((one) => one.students > 0).map((one) => one.name)
}

export function missingModalities(preset: TrainingPreset, known: readonly string[] | null): readonly string[] {
  return known === null ? [] : featuresIn(preset.modalities).filter((one) => !known.includes(one))
}

/** Best first in the paper's test figures, and by how much of the data they use. */
const recommended = [
  'grouprec_convnext_gated_c_spatial_graph_loss_tuned',
  'grouprec3d_convnext_gated_c_spatial_graph_loss_tuned',
  'grouprec_vit_loss_tuned',
  'grouprec_resnet_loss_tuned',
  'convnext_only_loss_tuned',
  'vit_only_loss_tuned',
  'resnet_only_loss_tuned',
]

/** The preset to begin with, or null where the data have no features that a preset could use. */
export function recommendedPreset(
  presets: readonly TrainingPreset[],
  known: readonly string[] | null,
): TrainingPreset | null {
  const fitting = presets.filter((one) => missingModalities(one, known).length === 0)
  for (const name of recommended) {
    const found = fitting.find((one) => one.name === name)
    if (found) return found
  }
  return fitting.find((one) => one.lossTuned) ?? fitting[0] ?? null
}

export const hasImportedSplits = ({ project }: FormContext): boolean =>
  ['train', 'val', 'test'].every((one) => project?.splits.includes(one))

export const chosenSplits = (form: TrainingForm, context: FormContext): 'made' | 'imported' =>
  hasImportedSplits(context) ? (form.splits ?? 'imported') : 'made'

export const chosenPreset = (form: TrainingForm, context: FormContext): TrainingPreset | null =>
  context.presets.find((one) => one.name === form.preset) ??
  recommendedPreset(context.presets, knownModalities(form, context))

/** Own choice begins with all that the project has; a modality that is gone is no longer chosen. */
export function chosenModalities(form: TrainingForm, context: FormContext): readonly string[] {
  const known = knownModalities(form, context)
  if (form.modalities === null) return known ?? []
  return known === null ? form.modalities : form.modalities.filter((one) => known.includes(one))
}

function projectData(form: TrainingForm, context: FormContext): TrainingData {
  const [train, val] = form.cuts
  return {
    kind: 'project',
    splits: chosenSplits(form, context),
    together: form.together,
    shares: { train: train / 100, val: (val - train) / 100, test: (100 - val) / 100 },
    splitSeed: form.splitSeed,
    onlyConfirmed: form.onlyConfirmed,
  }
}

function chosenData(form: TrainingForm, context: FormContext): TrainingData | null {
  if (form.source === 'files') {
    const { train, val, test } = form
    return train && val && test ? { kind: 'files', train, val, test } : null
  }
  if (form.source === 'config' && form.configData === 'config') return { kind: 'config' }
  return projectData(form, context)
}

function chosenRecipe(form: TrainingForm, context: FormContext): TrainingRecipe | null {
  if (form.source === 'config') {
    if (!form.config) return null
    return { kind: 'config', config: form.config, root: form.root || parentOfPath(form.config) }
  }
  if (form.head === 'preset') {
    const preset = chosenPreset(form, context)
    return preset && { kind: 'preset', preset: preset.name }
  }
  const modalities = chosenModalities(form, context)
  if (modalities.length === 0) return null
  const { family, lossTuned } = form
  const spatial = form.spatial && familyOf(family)?.graph === true
  return { kind: 'head', family, modalities: [...modalities], spatial, lossTuned }
}

/** The contrastive loss where nobody says otherwise: that of the preset, if it has one. */
function presetContrast(form: TrainingForm, context: FormContext): ContrastiveLoss | null {
  return form.head === 'preset' ? (chosenPreset(form, context)?.contrastive ?? null) : null
}

/** What holds where no number is given. */
export const recommendedContrast = (form: TrainingForm, context: FormContext): ContrastiveLoss =>
  presetContrast(form, context) ?? usualContrast

export const hasContrast = (form: TrainingForm, context: FormContext): boolean =>
  form.contrast ?? presetContrast(form, context) !== null

/** null leaves it to the recipe: a configuration has its own, and off is what most recipes have. */
function orderedContrast(form: TrainingForm, context: FormContext): ContrastiveLoss | null {
  if (form.source === 'config') return null
  const usual = recommendedContrast(form, context)
  if (!hasContrast(form, context)) return presetContrast(form, context) && { ...usual, weight: 0 }
  const { contrastWeight, contrastTemperature } = form
  return { weight: contrastWeight ?? usual.weight, temperature: contrastTemperature ?? usual.temperature }
}

const orderedMixup = ({ source, mixup, mixupAlpha }: TrainingForm): number | null =>
  source === 'config' || !mixup ? null : (mixupAlpha ?? usualMixupAlpha)

export interface PlanInput {
  readonly recipe: TrainingRecipe
  readonly data: TrainingData
  readonly batchSize: number | null
}

/** What `training.plan` is asked; null while something that it needs is not chosen. */
export function planOf(form: TrainingForm, context: FormContext): PlanInput | null {
  const data = chosenData(form, context)
  const recipe = chosenRecipe(form, context)
  return data && recipe && { recipe, data, batchSize: form.batchSize }
}

/** Seeds that are shown as chosen; a configuration brings its own unless others are given. */
export const chosenSeeds = (form: TrainingForm): readonly number[] =>
  form.seeds ?? (form.source === 'config' ? [] : usualSeeds)

/** The whole order; null while something is not chosen. */
export function orderOf(form: TrainingForm, context: FormContext): TrainingOrder | null {
  const plan = planOf(form, context)
  const seeds = chosenSeeds(form)
  if (plan === null || (seeds.length === 0 && form.source !== 'config')) return null
  const { epochs, learningRate } = form
  const ownSeeds = seeds.length === 0 ? null : [...seeds]
  return {
    ...plan,
    name: form.name.trim() || null,
    seeds: ownSeeds,
    epochs,
    learningRate,
    contrastive: orderedContrast(form, context),
    mixupAlpha: orderedMixup(form),
  }
}
