import { basename, extname, resolve } from 'node:path'
import { isMapping } from '#main/codecs/yaml/config-value.ts'
import type { ConfigMapping, ConfigValue } from '#main/codecs/yaml/config-value.ts'
import { mergeMappings, readConfig } from '#main/codecs/yaml/read-config.ts'
import { presetHead, trainingPresets } from '#main/training/presets.ts'
import { paperWidths, recipeConfig } from '#main/training/recipe-config.ts'
import type { HeadRecipe } from '#main/training/recipe-config.ts'
import { parseTrainingConfig, splitNames } from '#main/training/training-config.ts'
import type { SplitName, TrainingConfig } from '#main/training/training-config.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { Finding } from '#shared/contract/summary.ts'
import type { TrainingRecipe } from '#shared/contract/training.ts'
import type { RecipeRequest } from '../training-protocol.ts'
import { locate, readText } from './config-files.ts'
import { widthsOfFile } from './examine-splits.ts'
import { ignoredKeys } from './train-findings.ts'

/** A recipe as a configuration that RAFNet would run, and as Lectern reads it. */
export interface ResolvedRecipe {
  readonly name: string
  /** Where its data lie: absolute, or below the configuration's own folder for a project's. */
  readonly files: SplitFiles
  readonly mapping: ConfigMapping
  readonly config: TrainingConfig
  readonly findings: readonly Finding[]
}

export type SplitFiles = Readonly<Record<SplitName, string>>

/** RAFNet's classes, for files that name none. */
const paperLabels = ['Bowing Head', 'Listening', 'Reading/Writing', 'Null', 'Using Phone']
const projectFiles: SplitFiles = { train: 'data/train.pkl', val: 'data/val.pkl', test: 'data/test.pkl' }

/**
 * Throws AppError `training.preset-unknown`, `training.data-unnamed`, `training.spatial-unfit`, `training.class-count`, and what
 * `readConfig` and `parseTrainingConfig` throw.
 */
export function resolveRecipe(request: RecipeRequest): ResolvedRecipe {
  const { recipe, data } = request
  if (recipe.kind === 'config') return resolveConfig(recipe, request)
  if (data.kind === 'config') {
    throw new AppError(
      'training.data-unnamed',
      'Only a configuration file names data of its own. Train on the project, or choose feature files.',
    )
  }
  const head = recipe.kind === 'preset' ? knownPreset(recipe.preset) : chosenHead(recipe)
  const name = recipe.kind === 'preset' ? recipe.preset : nameOf(recipe)
  const files = data.kind === 'project' ? projectFiles : absolute(data)
  const labelNames = data.kind === 'project' ? data.labelNames : paperLabels
  const widths = data.kind === 'project' ? mapOf(data.modalities) : mapOf(widthsOfFile(files.train, head.modalities))
  // An array of readonly items is what the mapping's own type does not say.
  const mapping = recipeConfig(head, { ...files, outputFolder: name, labelNames, widths }) as ConfigMapping
  return finish(request, { name, files, mapping, file: `The recipe ${name}` }, adaptedWidths(head, widths))
}

function resolveConfig(recipe: Extract<TrainingRecipe, { kind: 'config' }>, request: RecipeRequest): ResolvedRecipe {
  const { data } = request
  const file = resolve(recipe.root, recipe.config)
  const own = readConfig(file, readText)
  const files =
    data.kind === 'config' ? namedFiles(own, file, recipe.root) : data.kind === 'files' ? absolute(data) : projectFiles
  const model = sectionOf(own, 'model')
  const { modalities } = sectionOf(model, 'params')
  const dataset = (path: string): ConfigMapping => ({
    name: 'multimodal_features',
    params: { features_path: path, ...(modalities === undefined ? {} : { modalities }) },
  })
  const name = basename(file, extname(file))
  const labels = data.kind === 'project' ? { label_names: [...data.labelNames] } : {}
  const mapping = {
    ...mergeMappings(own, { training: { ...labels, output_dir: name } }),
    datasets: { train: dataset(files.train), val: dataset(files.val), test: dataset(files.test) },
  }
  return finish(
    request,
    { name, files, mapping, file },
    data.kind === 'project' ? renamedLabels(own, data.labelNames) : [],
  )
}

/** Puts the changes in, and reads the whole as every configuration is read. */
function finish(
  { changes, data }: RecipeRequest,
  draft: { readonly name: string; readonly files: SplitFiles; readonly mapping: ConfigMapping; readonly file: string },
  findings: readonly Finding[],
): ResolvedRecipe {
  const { name, files, file } = draft
  const { seeds, epochs, batchSize, learningRate, contrastive, mixupAlpha } = changes
  const mapping = mergeMappings(withoutContrast(draft.mapping, contrastive !== null), {
    training: {
      ...(seeds === null ? {} : { seeds: [...seeds] }),
      ...(epochs === null ? {} : { num_epochs: epochs }),
      ...(batchSize === null ? {} : { batch_size: batchSize }),
      ...(contrastive === null ? {} : { contrastive: { enabled: contrastive.weight > 0, ...contrastive } }),
      ...(mixupAlpha === null ? {} : { mixup_alpha: mixupAlpha }),
    },
    ...(learningRate === null ? {} : { optimizer: { params: { lr: learningRate } } }),
  })
  if (data.kind === 'project') checkClasses(mapping, data.labelNames, file)
  const config = parseTrainingConfig(mapping, file)
  return { name, files, mapping, config, findings: [...findings, ...ignoredKeys(config)] }
}

/** A contrastive loss that takes the place of the configuration's own takes all of it. */
function withoutContrast(mapping: ConfigMapping, isReplaced: boolean): ConfigMapping {
  if (!isReplaced) return mapping
  const { contrastive: _contrastive, ...training } = sectionOf(mapping, 'training')
  return { ...mapping, training }
}

/** The files that a configuration names, where they lie. */
function namedFiles(mapping: ConfigMapping, file: string, root: string): SplitFiles {
  const { features } = parseTrainingConfig(mapping, file)
  const placed = splitNames.map((split) => [split, locate(features[split], root, file)])
  return Object.fromEntries(placed) as SplitFiles
}

const absolute = ({ train, val, test }: SplitFiles): SplitFiles => ({
  train: resolve(train),
  val: resolve(val),
  test: resolve(test),
})

function sectionOf(mapping: ConfigMapping, key: string): ConfigMapping {
  const value: ConfigValue | undefined = mapping[key]
  return isMapping(value) ? value : {}
}

function knownPreset(name: string): HeadRecipe {
  const head = presetHead(name)
  if (head !== null) return head
  const known = trainingPresets.map((preset) => preset.name)
  throw new AppError(
    'training.preset-unknown',
    `There is no preset ${name}. Choose one of the paper's configurations: ${known.join(', ')}.`,
    { preset: name, known },
  )
}

function chosenHead(recipe: Extract<TrainingRecipe, { kind: 'head' }>): HeadRecipe {
  const { family, modalities, spatial, lossTuned } = recipe
  if (spatial && !/graph|spatial/.test(family)) {
    throw new AppError(
      'training.spatial-unfit',
      `A ${family} makes no use of boxes and photos. Leave them out, or choose a family with a graph, such as context_graph_fusion_classifier.`,
      { family },
    )
  }
  return { family, lossTuned, modalities: spatial ? [...new Set([...modalities, 'bbox_ctx', 'img_uid'])] : modalities }
}

const nameOf = ({ family, modalities, spatial }: Extract<TrainingRecipe, { kind: 'head' }>): string =>
  [family.replace(/_classifier$/, ''), ...modalities, ...(spatial ? ['spatial'] : [])].join('_')

const mapOf = (modalities: readonly { readonly name: string; readonly width: number }[]): Map<string, number> =>
  new Map(modalities.map(({ name, width }) => [name, width]))

function checkClasses(mapping: ConfigMapping, labelNames: readonly string[], file: string): void {
  const classes = sectionOf(sectionOf(mapping, 'model'), 'params')['num_classes'] ?? 5
  if (classes === labelNames.length) return
  throw new AppError(
    'training.class-count',
    `${file} tells ${JSON.stringify(classes)} classes apart, but this project has ${labelNames.length} (${labelNames.join(', ')}). Correct num_classes.`,
    { file, projectClasses: labelNames.length },
  )
}

/** Modalities that are not as wide as the paper's: the head is built for the data. */
function adaptedWidths({ modalities }: HeadRecipe, widths: ReadonlyMap<string, number>): Finding[] {
  const adapted = modalities.flatMap((name) => {
    const [width, paper] = [widths.get(name), paperWidths.get(name)]
    return width === undefined || paper === undefined || width === paper ? [] : [`${name}: ${width}, not ${paper}`]
  })
  if (adapted.length === 0) return []
  const message = `The features are not as wide as the paper's (${adapted.join('; ')}); the head is built for these.`
  return [
    { code: 'training.width-adapted', severity: 'info', count: adapted.length, examples: adapted.slice(0, 5), message },
  ]
}

function renamedLabels(own: ConfigMapping, labelNames: readonly string[]): Finding[] {
  const given = sectionOf(own, 'training')['label_names']
  if (!Array.isArray(given)) return []
  const names = given.map((name) => (typeof name === 'string' ? name : JSON.stringify(name)))
  if (names.join('\n') === labelNames.join('\n')) return []
  const message = `The configuration's class names (${names.join(', ')}) are replaced by the project's (${labelNames.join(', ')}), whose labels it is trained on. Check that the classes mean the same.`
  return [
    {
      code: 'training.labels-renamed',
      severity: 'warning',
      count: names.length,
      examples: labelNames.slice(0, 5),
      message,
    },
  ]
}
