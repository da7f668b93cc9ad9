import { extname, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { HeadExport } from '#shared/contract/models.ts'
import { listClasses } from '#main/store/tables/class.ts'
import { listModels } from '#main/store/tables/model.ts'
import { projectFile, type OpenProject } from '../projects/open-project.ts'
import type { ComputeClient } from '../workbench-context.ts'
import { runnableModel } from './stored-model.ts'

export interface HeadExportRequest {
  readonly modelId: number
  readonly format: 'onnx' | 'pth'
  readonly out: string
}

/**
 * Writes a model of the project for use elsewhere: a standalone `.onnx`, or a `.pth` with its `config.yaml`. Throws AppError
 * `models.unknown`, `export.extension`, `export.overwrites-source`, and what compute throws; nothing is left behind then.
 */
export async function exportHead(
  project: OpenProject,
  compute: ComputeClient,
  { modelId, format, out }: HeadExportRequest,
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<HeadExport> {
  const { source } = runnableModel(project, modelId)
  const file = resolve(out)
  if (extname(file).toLowerCase() !== `.${format}`) {
    throw new AppError(
      'export.extension',
      `${file} does not end with .${format}, by which programs know such a file. Name it so.`,
      { file, format },
    )
  }
  refuseSources(project, file)
  const classNames = listClasses(project.store).map(({ name }) => name)
  return compute.models.export({ model: source, format, out: file, version, classNames }, { signal })
}

/** The file that a model came from, and the project's own copy, stay what they are. */
function refuseSources(project: OpenProject, file: string): void {
  const models = listModels(project.store)
  const source = models.find((one) => one.sourceFile === file || projectFile(project, one.file) === file)
  if (!source) return
  throw new AppError(
    'export.overwrites-source',
    `${file} is the file of the model "${source.name}"; choose another name, so that the original stays.`,
    { file, model: source.name },
  )
}
