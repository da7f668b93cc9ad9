import { existsSync } from 'node:fs'
import { AppError } from '#shared/contract/app-error.ts'
import { writePickleChunks } from '#main/codecs/pickle/write-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import type { Progress } from '../progress.ts'
import { removeLeftover } from '../files.ts'
import { stageFile } from '../write-atomically.ts'
import type { StagedFile } from '../write-atomically.ts'
import { buildExport } from './build-export.ts'
import type { SourceForm } from './build-export.ts'
import { columnItems } from './columns.ts'
import type { PickleDict } from './context-table.ts'
import { unpackRows } from './pack-rows.ts'
import { readPickleFile } from './read-pickle-file.ts'
import { sidecarOf } from './sidecar.ts'
import { streamVectors } from './stream-vectors.ts'
import type { FeatureWritePlan, WriteSource } from './write-plan.ts'

export interface WrittenPickle {
  readonly bytes: number
  readonly sha256: string
  /** The context file that was written beside, where the source kept its context so; null otherwise. */
  readonly contextFile: string | null
}

/** A form file, which only this program writes: whatever is wrong with it, the way out is to import its source again. */
function readForm(file: string, source: WriteSource): PickleDict {
  const value = readOwnPickle(file)
  if (value instanceof Map) return value
  throw new AppError(
    'export.form-damaged',
    `${file} no longer holds the form of ${source.name}; import ${source.name} again.`,
    { file },
  )
}

function readOwnPickle(file: string): PickleValue {
  try {
    return readPickleFile(file)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

function loadForm(source: WriteSource): SourceForm {
  const dict = readForm(source.formFile, source)
  const metadata = dict.get('metadata')
  const paths = metadata instanceof Map ? columnItems(metadata.get('img_paths')) : null
  const sidecar = source.contextFormFile === null ? null : readForm(source.contextFormFile, source)
  return { dict, rows: paths?.length ?? 0, sidecar }
}

const countBytes = (plan: FeatureWritePlan): number =>
  plan.modalities.reduce((sum, { width, form }) => sum + plan.rows.rows.length * width * Number(form.dtype.slice(2)), 0)

/** Puts staged files in their places; where one cannot, nothing new is left: neither those not yet in place nor those that took no file's place. */
async function commitAll(files: readonly { readonly file: string; readonly staged: StagedFile }[]): Promise<void> {
  const added: string[] = []
  for (const [index, { file, staged }] of files.entries()) {
    const isNew = !existsSync(file)
    try {
      await staged.commit()
      if (isNew) added.push(file)
    } catch (error) {
      for (const other of files.slice(index)) await other.staged.discard()
      for (const other of added) await removeLeftover(other)
      throw error
    }
  }
}

async function* stageAll(
  outputs: readonly { readonly file: string; readonly value: PickleValue }[],
  total: number,
  signal?: AbortSignal,
): AsyncGenerator<Progress<never>, { readonly file: string; readonly staged: StagedFile }[]> {
  const done: { readonly file: string; readonly staged: StagedFile }[] = []
  try {
    for (const { file, value } of outputs) {
      const writing = stageFile(file, writePickleChunks(value), 'export.write-failed', signal)
      let step = await writing.next()
      for (; !step.done; step = await writing.next())
        yield { kind: 'progress', done: Math.min(step.value, total), total }
      done.push({ file, staged: step.value })
    }
    return done
  } catch (error) {
    for (const { staged } of done) await staged.discard()
    throw error
  }
}

/**
 * Writes a feature pickle in the compute process: protocol 4, numpy globals of `numpy.core`, vectors streamed from their files, first to a
 * temporary file. Yields progress in bytes of vectors, then what was written.
 * Throws AppError `export.write-failed` with nothing left behind, `export.form-damaged` where the import's form file is.
 */
export async function* writeFeaturePickle(
  plan: FeatureWritePlan,
  out: string,
  signal?: AbortSignal,
): AsyncGenerator<Progress<WrittenPickle>> {
  const forms = plan.sources.map(loadForm)
  const vectors = new Map<string, PickleValue>(
    plan.modalities.map((modality) => [modality.name, streamVectors(modality)]),
  )
  const built = buildExport({ ...plan, rows: unpackRows(plan.rows) }, forms, vectors)
  const contextFile = built.sidecar ? sidecarOf(out) : null
  const sidecar = built.sidecar && contextFile !== null ? [{ file: contextFile, value: built.sidecar }] : []
  const files = yield* stageAll([...sidecar, { file: out, value: built.file }], countBytes(plan), signal)
  await commitAll(files)
  const { bytes, sha256 } = files.at(-1)!.staged
  yield { kind: 'result', result: { bytes, sha256, contextFile } }
}
