import { AppError } from '#shared/contract/app-error.ts'
import type { HeadConfig } from '#main/onnx/architectures/config.ts'
import { parseHeadConfig } from '#main/onnx/head-config.ts'
import { malformed, numberAt, partOf, sectionOf, textAt, wordAt } from './config-section.ts'
import type { ConfigSection } from './config-section.ts'
import type { ClassWeighting } from './losses/class-weights.ts'
import type { SchedulerOptions } from './schedulers.ts'
import type { TrainingOptions } from './training-options.ts'

export const splitNames = ['train', 'val', 'test'] as const
export type SplitName = (typeof splitNames)[number]

/** A RAFNet configuration, read. */
export interface TrainingConfig {
  readonly head: HeadConfig
  readonly options: TrainingOptions
  readonly seeds: readonly number[]
  readonly labelNames: readonly string[]
  /** `output_dir` as it stands there. */
  readonly outputFolder: string | null
  /** `features_path` of each split as it stands there. */
  readonly features: Readonly<Record<SplitName, string>>
  /** Keys that have no effect in Lectern. */
  readonly ignored: readonly string[]
}

/** RAFNet's classes, where a config names none. */
const defaultLabelNames = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone']
const trainingKeys = [
  'seeds',
  'num_epochs',
  'batch_size',
  'grad_clip',
  'label_names',
  'output_dir',
  'mixup_alpha',
  'contrastive',
]
const topKeys = ['training', 'optimizer', 'loss', 'class_weights', 'scheduler', 'model', 'datasets']

/**
 * Reads RAFNet's own training YAML (after `_base_` is merged) with RAFNet's defaults. A part or an option of a part that Lectern does
 * not know is refused by name; other keys are listed as ignored.
 * @throws AppError `training.config-malformed`, `training.config-unknown`, `training.config-modalities`, and those of parseHeadConfig
 */
export function parseTrainingConfig(value: unknown, file: string): TrainingConfig {
  const root: ConfigSection = { file, place: '', values: value as Record<string, unknown> }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(root, 'file', value, 'a mapping')
  const training = sectionOf(root, 'training') ?? { file, place: 'training', values: {} }
  const { config: head } = parseHeadConfig({ model: root.values['model'] }, { file })
  const { names: labelNames, nullIndex } = parseLabelNames(training, head.classes)
  return {
    head,
    options: {
      epochs: numberAt(training, 'num_epochs', 100, { minimum: 1, whole: true }),
      batchSize: numberAt(training, 'batch_size', 128, { minimum: 1, whole: true }),
      ...parseOptimizer(root),
      gradientClip: parseClip(training),
      ...parseLoss(root, head),
      classWeighting: parseClassWeights(root),
      mixupAlpha: numberAt(training, 'mixup_alpha', 0, { minimum: 0 }),
      contrastive: parseContrastive(training),
      scheduler: parseScheduler(root),
      nullIndex,
    },
    seeds: parseSeeds(training),
    labelNames,
    outputFolder: textAt(training, 'output_dir'),
    features: parseDatasets(root, head),
    ignored: [
      ...Object.keys(root.values).filter((key) => !topKeys.includes(key)),
      ...Object.keys(training.values).flatMap((key) => (trainingKeys.includes(key) ? [] : [`training.${key}`])),
    ],
  }
}

function parseSeeds(training: ConfigSection): readonly number[] {
  const { seeds } = training.values
  if (seeds === undefined || seeds === null) return [43]
  const list = Array.isArray(seeds) ? (seeds as readonly unknown[]) : [seeds]
  const isSeed = (seed: unknown): seed is number => Number.isSafeInteger(seed) && (seed as number) >= 0
  if (list.length === 0 || !list.every(isSeed)) throw malformed(training, 'seeds', seeds, 'a list of whole numbers')
  return [...new Set(list)]
}

/** RAFNet tells the class of ambiguous students by its name, in any case. */
export const isNullName = (name: string): boolean => name.trim().toLowerCase() === 'null'

/** The class whose name is Null in any case; YAML reads an unquoted Null as no name at all, which RAFNet does not take for the class. */
function parseLabelNames(
  training: ConfigSection,
  classes: number,
): { readonly names: readonly string[]; readonly nullIndex: number | null } {
  const { label_names: given } = training.values
  const list = given ?? (classes === defaultLabelNames.length ? defaultLabelNames : undefined)
  if (!Array.isArray(list) || list.length !== classes) {
    throw malformed(training, 'label_names', given, `a list of ${classes} names, one for each class of the model,`)
  }
  const names = list.map((name: unknown) => {
    if (typeof name === 'string') return name
    throw malformed(training, 'label_names', given, "a list of texts (quote 'Null', which YAML takes for no value)")
  })
  const nullIndex = names.findIndex(isNullName)
  return { names, nullIndex: nullIndex === -1 ? null : nullIndex }
}

function parseOptimizer(root: ConfigSection): Pick<TrainingOptions, 'learningRate' | 'adamW'> {
  const section = partOf(root, 'optimizer', ['lr', 'weight_decay', 'betas', 'eps'])
  if (section === null)
    throw malformed(root, 'optimizer', undefined, 'a mapping such as {name: adamw, params: {lr: 0.001}}')
  wordAt(section, 'name', 'adamw', ['adamw'])
  const betas = section.values['betas'] ?? [0.9, 0.999]
  const isBeta = (beta: unknown): boolean => typeof beta === 'number' && beta >= 0 && beta < 1
  if (!Array.isArray(betas) || betas.length !== 2 || !betas.every(isBeta)) {
    throw malformed(section, 'betas', betas, 'a list of two numbers from 0 to below 1')
  }
  return {
    learningRate: numberAt(section, 'lr', 1e-3, { minimum: 0 }),
    adamW: {
      weightDecay: numberAt(section, 'weight_decay', 1e-3, { minimum: 0 }),
      betas: [betas[0] as number, betas[1] as number],
      epsilon: numberAt(section, 'eps', 1e-8, { minimum: 0 }),
    },
  }
}

/** RAFNet clips at 1 where nothing is said and not at all at 0. */
function parseClip(training: ConfigSection): number | null {
  const clip = numberAt(training, 'grad_clip', 1, { minimum: 0 })
  return clip > 0 ? clip : null
}

function parseLoss(root: ConfigSection, head: HeadConfig): Pick<TrainingOptions, 'focalGamma' | 'labelSmoothing'> {
  const section = partOf(root, 'loss', ['num_classes', 'gamma', 'label_smoothing'])
  if (section === null) return { focalGamma: 2, labelSmoothing: 0 }
  wordAt(section, 'name', 'focal', ['focal'])
  const classes = numberAt(section, 'num_classes', head.classes, { minimum: 1, whole: true })
  if (classes !== head.classes) {
    throw malformed(section, 'num_classes', classes, `${head.classes}, as the model has classes,`)
  }
  return {
    focalGamma: numberAt(section, 'gamma', 2, { minimum: 0 }),
    labelSmoothing: numberAt(section, 'label_smoothing', 0, { minimum: 0, maximum: 1 }),
  }
}

function parseClassWeights(root: ConfigSection): ClassWeighting | null {
  const section = partOf(root, 'class_weights', ['method', 'null_weight_factor', 'num_classes', 'beta'])
  if (section === null) return null
  return {
    method: wordAt(section, 'method', 'log_balanced', ['log_balanced', 'inverse', 'effective_num']),
    beta: numberAt(section, 'beta', 0.999, { minimum: 0, maximum: 1 }),
    nullWeightFactor: numberAt(section, 'null_weight_factor', 1, { minimum: 0 }),
  }
}

function parseContrastive(training: ConfigSection): TrainingOptions['contrastive'] {
  const section = partOf(training, 'contrastive', ['enabled', 'weight', 'temperature'])
  if (section === null || section.values['enabled'] !== true) return null
  const weight = numberAt(section, 'weight', 0, { minimum: 0 })
  return weight > 0 ? { weight, temperature: numberAt(section, 'temperature', 0.2, { minimum: 0 }) } : null
}

function parseScheduler(root: ConfigSection): SchedulerOptions {
  const known = ['mode', 'factor', 'patience', 'T_max', 'eta_min']
  const section = partOf(root, 'scheduler', known)
  if (section === null) return { kind: 'constant' }
  const name = wordAt(section, 'name', 'reduce_on_plateau', ['reduce_on_plateau', 'cosine_annealing'])
  if (name === 'cosine_annealing') {
    return {
      kind: 'cosine',
      period: numberAt(section, 'T_max', 100, { minimum: 1, whole: true }),
      minimum: numberAt(section, 'eta_min', 1e-6, { minimum: 0 }),
    }
  }
  return {
    kind: 'plateau',
    mode: wordAt(section, 'mode', 'max', ['max', 'min']),
    factor: numberAt(section, 'factor', 0.5, { minimum: 0, maximum: 1 }),
    patience: numberAt(section, 'patience', 10, { minimum: 0, whole: true }),
  }
}

function parseDatasets(root: ConfigSection, head: HeadConfig): Readonly<Record<SplitName, string>> {
  const datasets = sectionOf(root, 'datasets')
  if (datasets === null) throw malformed(root, 'datasets', undefined, 'a mapping with train, val and test')
  const pathOf = (split: SplitName): string => {
    const section = partOf(datasets, split, ['features_path', 'modalities'])
    if (section === null) throw malformed(datasets, split, undefined, 'a mapping with params.features_path')
    wordAt(section, 'name', 'multimodal_features', ['multimodal_features'])
    checkModalities(section, head)
    const path = textAt(section, 'features_path')
    if (path === null) throw malformed(section, 'features_path', undefined, 'the path of a feature pickle')
    return path
  }
  return { train: pathOf('train'), val: pathOf('val'), test: pathOf('test') }
}

function checkModalities(section: ConfigSection, head: HeadConfig): void {
  const { modalities } = section.values
  if (modalities === undefined || modalities === null) return
  const wanted = head.modalities.map(({ name }) => name)
  if (Array.isArray(modalities) && modalities.join() === wanted.join()) return
  throw new AppError(
    'training.config-modalities',
    `In ${section.file}, ${section.place} lists the modalities ${JSON.stringify(modalities)}, but the model takes ${wanted.join(', ')}. Make the two lists equal.`,
    { file: section.file, key: section.place, model: wanted },
  )
}
