import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import { writePickle } from '#main/codecs/pickle/write-pickle.ts'
import { hashFile, removeLeftover, writeFailure } from '../files.ts'
import { makeFolder } from '../make-folder.ts'
import type { Progress } from '../progress.ts'
import { columnItems, integerColumn, numberOf, stringColumn, stringOf } from './columns.ts'
import { contextDictOf, readContext } from './context-table.ts'
import type { PickleDict } from './context-table.ts'
import type { ContextTable, FeatureTable, ModalityTable } from './feature-table.ts'
import { importFiles } from './import-files.ts'
import { readPickleFile } from './read-pickle-file.ts'
import { sameKind } from './same-kind.ts'
import { findSidecar } from './sidecar.ts'
import { vectorRows } from './vector-rows.ts'
import type { VectorRows } from './vector-rows.ts'
import { writeVectorFile } from './write-vector-file.ts'

export interface FeatureReadRequest {
  readonly file: string
  /** The sidecar to use; null looks for one beside the file where it holds no context itself. */
  readonly contextFile: string | null
  /** Created where it is missing; gets `<modality>.bin` and the form files. Removed again where the file is refused. */
  readonly outFolder: string
}

/** Top-level keys of RAFNet that are no modality whatever they hold. */
const reservedKeys: ReadonlySet<string> = new Set(['labels', 'metadata', 'context'])

/** Names that every file system takes; any other modality gets a numbered file. */
const plainFileName = /^[a-z0-9_][a-z0-9_-]{0,63}$/

interface Contents {
  readonly dict: PickleDict
  readonly metadata: PickleDict
  readonly rows: number
}

function refuse(code: string, file: string, message: string): AppError {
  return new AppError(code, `${file}: ${message}.`, { file })
}

function checkContents(value: unknown, file: string): Contents {
  if (!(value instanceof Map)) {
    throw refuse(
      'features.not-a-dict',
      file,
      'a feature pickle is a dict of modalities, labels and metadata; this one is not',
    )
  }
  const dict = value as PickleDict
  const metadata = dict.get('metadata')
  const paths = metadata instanceof Map ? columnItems(metadata.get('img_paths')) : null
  if (!paths && columnItems(dict.get('images'))) {
    throw refuse('features.is-split', file, 'this is a split pickle, which holds no features; import it as a split')
  }
  if (!(metadata instanceof Map) || !paths) {
    throw refuse(
      'features.img-paths-missing',
      file,
      'metadata.img_paths is missing, so that no row can be told which photo it belongs to',
    )
  }
  if (paths.length === 0) throw refuse('features.empty', file, 'there is no student in it')
  return { dict, metadata, rows: paths.length }
}

function findModalities(contents: Contents, file: string): Map<string, VectorRows> {
  const modalities = new Map<string, VectorRows>()
  for (const [key, value] of contents.dict) {
    if (typeof key !== 'string' || reservedKeys.has(key)) continue
    const vectors = vectorRows(value, contents.rows, { file, key })
    if (vectors) modalities.set(key, vectors)
  }
  return modalities
}

function formOf(dict: PickleDict, modalities: ReadonlyMap<string, VectorRows>): PickleDict {
  const form = sameKind(dict)
  for (const [key, value] of dict) form.set(key, typeof key === 'string' && modalities.has(key) ? null : value)
  return form
}

function statedWidths(metadata: PickleDict): Record<string, number> | null {
  const dims = metadata.get('modal_feature_dims')
  if (!(dims instanceof Map)) return null
  const entries = [...dims].flatMap(([name, width]) => {
    const number = numberOf(width)
    return typeof name === 'string' && number !== null ? [[name, number] as const] : []
  })
  return Object.fromEntries(entries)
}

async function findContext(
  request: FeatureReadRequest,
  contents: Contents,
): Promise<{ table: ContextTable | null; formFile: string | null }> {
  const inside = contents.dict.get('context')
  if (request.contextFile === null && inside instanceof Map) {
    return { table: readContext(inside, contents.rows, 'inside', request.file), formFile: null }
  }
  const sidecar = request.contextFile ?? findSidecar(request.file)
  if (sidecar === null) return { table: null, formFile: null }
  const dict = contextDictOf(readPickleFile(sidecar), sidecar)
  const table = readContext(dict, contents.rows, 'sidecar', sidecar)
  const formFile = join(request.outFolder, importFiles.contextForm)
  await copyFile(sidecar, formFile)
  return { table, formFile }
}

async function* writeModalities(
  modalities: ReadonlyMap<string, VectorRows>,
  request: FeatureReadRequest,
  signal?: AbortSignal,
): AsyncGenerator<Progress<never>, ModalityTable[]> {
  const tables: ModalityTable[] = []
  const total = [...modalities.values()].reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  for (const [name, vectors] of modalities) {
    const fileName = plainFileName.test(name) ? name : `modality-${tables.length}`
    const file = join(request.outFolder, `${fileName}.bin`)
    const writing = writeVectorFile(vectors, file, signal)
    let step = await writing.next()
    for (; !step.done; step = await writing.next()) yield { kind: 'progress', done: done + step.value, total }
    tables.push({
      name,
      width: vectors.width,
      dtype: vectors.dtype.code,
      byteOrder: vectors.dtype.byteOrder === 'big' ? 'big' : 'little',
      form: vectors.form,
      file,
      ...step.value,
    })
    done += vectors.rows
  }
  return tables
}

async function* readInto(
  request: FeatureReadRequest,
  signal?: AbortSignal,
): AsyncGenerator<Progress<never>, FeatureTable> {
  const { file, outFolder } = request
  const sha256 = await hashFile(file, signal)
  const contents = checkContents(readPickleFile(file), file)
  const { dict, metadata, rows } = contents
  const column = (key: string) => ({ file, key })
  const labels = dict.get('labels') ?? null
  const ids = metadata.get('bbox_ids') ?? null
  const stated = columnItems(metadata.get('modalities'))
  const modalities = findModalities(contents, file)
  const context = await findContext(request, contents)
  const table = {
    file,
    sha256,
    rows,
    keys: [...dict.keys()].filter((key) => typeof key === 'string'),
    labels: labels === null ? null : integerColumn(labels, rows, column('labels')),
    imgPaths: stringColumn(metadata.get('img_paths'), rows, column('metadata.img_paths')),
    bboxIds: ids === null ? null : stringColumn(ids, rows, column('metadata.bbox_ids')),
    context: context.table,
    formFile: join(outFolder, importFiles.form),
    contextFormFile: context.formFile,
    statedModalities: stated ? stated.flatMap((name) => stringOf(name) ?? []) : null,
    statedWidths: statedWidths(metadata),
  }
  if (table.labels) await writeFile(join(outFolder, importFiles.labels), new Uint8Array(table.labels.buffer))
  await writeFile(table.formFile, writePickle(formOf(dict, modalities)))
  const tables = yield* writeModalities(modalities, request, signal)
  return { ...table, modalities: tables }
}

/**
 * Reads a RAFNet feature pickle in the compute process: vectors go to `<outFolder>/<modality>.bin`, everything else is answered, and
 * the file's form is kept so that an export can write it back. Yields progress in rows over all modalities, then the table.
 * Throws AppError `pickle.*`, `features.*`, `exchange.file-*` or `import.write-failed`; `outFolder` is then removed.
 */
export async function* readFeaturePickle(
  request: FeatureReadRequest,
  signal?: AbortSignal,
): AsyncGenerator<Progress<FeatureTable>> {
  let complete = false
  try {
    makeFolder(request.outFolder)
    const result = yield* readInto(request, signal)
    complete = true
    yield { kind: 'result', result }
  } catch (error) {
    throw writeFailure('import.write-failed', request.outFolder, error)
  } finally {
    if (!complete) await removeLeftover(request.outFolder)
  }
}
