import { viewElements } from '#main/codecs/elements/element-type.ts'
import { elementsToFloat32 } from '#main/codecs/elements/to-float.ts'
import { isElementType } from '#main/codecs/pickle/numpy-dtype.ts'
import { hashFile } from '#main/exchange/files.ts'
import { columnItems, integerColumn, stringColumn } from '#main/exchange/rafnet/columns.ts'
import { contextDictOf, readContext } from '#main/exchange/rafnet/context-table.ts'
import type { PickleDict } from '#main/exchange/rafnet/context-table.ts'
import { readPickleFile } from '#main/exchange/rafnet/read-pickle-file.ts'
import { findSidecar } from '#main/exchange/rafnet/sidecar.ts'
import { vectorRows } from '#main/exchange/rafnet/vector-rows.ts'
import type { HeadConfig, Modality } from '#main/onnx/architectures/config.ts'
import { mixesRows } from '#main/training/graph/head-inputs.ts'
import type { TrainingRows } from '#main/training/evaluate-logits.ts'
import { AppError } from '#shared/contract/app-error.ts'

/** A split as training needs it, and what tells it apart from another. */
export interface LoadedSplit {
  readonly file: string
  readonly sha256: string
  readonly rows: TrainingRows
  /** Photo of each student, [rows]. */
  readonly imagePaths: readonly string[]
}

type Column = TrainingRows['columns'] extends ReadonlyMap<string, infer Value> ? Value : never

/** RAFNet's names of the columns that it derives itself. */
const boxes = 'bbox_ctx'
const photos = 'img_uid'

/**
 * A feature pickle's columns for a head, in memory as float32. `bbox_ctx` and `img_uid` are derived as RAFNet derives them, from the
 * context (also from the file beside it) and the image paths.
 * @throws AppError `training.features-not-finite`, those of `openSplit`, `training.modality-missing`, `training.width-mismatch`
 */
export async function loadSplit(file: string, head: HeadConfig, signal: AbortSignal): Promise<LoadedSplit> {
  const sha256 = await hashFile(file, signal)
  const { labels, imagePaths, context } = openSplit(file, head)
  const columns = new Map(head.modalities.map((modality) => [modality.name, columnOf(modality, context)] as const))
  return { file, sha256, imagePaths, rows: { count: context.count, columns, labels, scenes: context.scenes } }
}

/** A split without its vectors. */
export interface OpenedSplit {
  readonly labels: Int32Array
  readonly imagePaths: readonly string[]
  readonly context: SplitContext
}

/**
 * What a feature pickle says of its students, before any vector is looked at.
 * @throws AppError `training.label-unknown`, `training.split-empty`, and those of the readers: `pickle.*`, `features.*`, `exchange.*`
 */
export function openSplit(file: string, head: HeadConfig): OpenedSplit {
  const refuse = (code: string, sentence: string): AppError => new AppError(code, `${file}: ${sentence}`, { file })
  const dict = readFeatureDict(file)
  const metadata = dict.get('metadata')
  const paths = metadata instanceof Map ? metadata.get('img_paths') : undefined
  const labelled = dict.get('labels')
  if (labelled === undefined)
    throw refuse('training.label-unknown', 'it has no labels, so nothing can be learnt from it.')
  const count = columnItems(labelled)?.length ?? 0
  if (count === 0) throw refuse('training.split-empty', 'there is no student in it. Choose another file.')
  if (paths === undefined && mixesRows(head)) {
    throw refuse(
      'features.img-paths-missing',
      'metadata.img_paths is missing, so that no row can be told which photo it belongs to, and a graph head needs to know.',
    )
  }
  const imagePaths = paths === undefined ? [] : stringColumn(paths, count, { file, key: 'metadata.img_paths' })
  const scenes = photoIndex(imagePaths, count)
  const labels = integerColumn(labelled, count, { file, key: 'labels' })
  checkLabels(labels, head.classes, file)
  return { labels, imagePaths, context: { file, dict, count, scenes, hasPaths: paths !== undefined } }
}

/** Throws AppError `features.not-a-dict` and those of the reader. */
export function readFeatureDict(file: string): PickleDict {
  const value = readPickleFile(file)
  if (value instanceof Map) return value
  throw new AppError('features.not-a-dict', `${file}: a feature pickle is a dict; this file is not.`, { file })
}

export interface SplitContext {
  readonly file: string
  readonly dict: PickleDict
  readonly count: number
  readonly scenes: Int32Array
  readonly hasPaths: boolean
}

/** Running index of distinct paths in order of first appearance; without paths all rows are one photo. */
function photoIndex(paths: readonly string[], count: number): Int32Array {
  const known = new Map<string, number>()
  const scenes = new Int32Array(count)
  for (const [row, path] of paths.entries()) {
    const index = known.get(path) ?? known.size
    known.set(path, index)
    scenes[row] = index
  }
  return scenes
}

/** A modality's rows, as wide as the model takes them and every number finite. Throws as `loadSplit`. */
export function columnOf(modality: Modality, context: SplitContext): Column {
  const found = storedColumn(modality.name, context) ?? derivedColumn(modality.name, context)
  const column = checkWidth(found, modality, context)
  checkFinite(column, modality.name, context.file)
  return column
}

function checkWidth(column: Column | null, modality: Modality, { file, dict }: SplitContext): Column {
  if (column === null) {
    const found = [...dict.keys()].filter((key) => typeof key === 'string')
    if (modality.name === boxes) {
      throw new AppError(
        'training.modality-missing',
        `${file} has no bbox_ctx, which the model takes: RAFNet derives it from bbox_cxcywh_norm of a context, and there is none in the file or beside it (*_context.pkl). Put the context file beside it, or choose a model without boxes.`,
        { file, modality: modality.name, found },
      )
    }
    throw new AppError(
      'training.modality-missing',
      `${file} has no modality ${modality.name}, which the model takes. It holds ${found.join(', ')}. Choose another file, or change the model's modalities.`,
      { file, modality: modality.name, found },
    )
  }
  if (column.width === modality.width) return column
  throw new AppError(
    'training.width-mismatch',
    `${file} holds ${modality.name} of width ${column.width}, but the model's input_dims say ${modality.width}. Correct input_dims, or choose another file.`,
    { file, modality: modality.name, width: column.width, expected: modality.width },
  )
}

function storedColumn(name: string, { file, dict, count }: SplitContext): Column | null {
  const vectors = vectorRows(dict.get(name), count, { file, key: name })
  const type = vectors?.dtype.type
  if (!vectors || !type || !isElementType(type)) return null
  return { width: vectors.width, values: elementsToFloat32(type, viewElements(type, vectors.block(0, count))) }
}

function derivedColumn(name: string, { file, dict, count, scenes, hasPaths }: SplitContext): Column | null {
  if (name === photos) return hasPaths ? { width: 1, values: Float32Array.from(scenes) } : null
  if (name !== boxes) return null
  const inside = dict.get('context')
  const sidecar = inside instanceof Map ? null : findSidecar(file)
  const table =
    inside instanceof Map
      ? readContext(inside, count, 'inside', file)
      : sidecar === null
        ? null
        : readContext(contextDictOf(readPickleFile(sidecar), sidecar), count, 'sidecar', sidecar)
  const normalised = table?.boxesNormalised
  return normalised ? { width: 4, values: Float32Array.from(normalised) } : null
}

function checkFinite({ width, values }: Column, modality: string, file: string): void {
  const broken = values.findIndex((value) => !Number.isFinite(value))
  if (broken === -1) return
  const row = Math.floor(broken / width)
  const rows = new Set<number>()
  for (const [index, value] of values.entries()) if (!Number.isFinite(value)) rows.add(Math.floor(index / width))
  throw new AppError(
    'training.features-not-finite',
    `${file}: ${modality} of row ${row} holds ${values[broken]!} (${rows.size} rows have such values), and one is enough to spoil the whole training. Extract these features again, or leave the rows out.`,
    { file, modality, row, rows: rows.size },
  )
}

function checkLabels(labels: Int32Array, classes: number, file: string): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes)
  if (row === -1) return
  const count = labels.filter((label) => label < 0 || label >= classes).length
  const kind = labels[row] === -1 ? 'which means unlabelled' : 'which is no class'
  throw new AppError(
    'training.label-unknown',
    `${file}: the label of row ${row} is ${labels[row]!}, ${kind}; classes are 0 to ${classes - 1} and ${count} rows have such labels. Label these students, or leave them out of the export.`,
    { file, row, label: labels[row]!, count },
  )
}
