import { resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { ModelInfo } from '#shared/contract/models.ts'
import type { CommandContext } from '../command.ts'

interface ExportHeadOptions {
  readonly out: string
  readonly format: 'onnx' | 'pth'
  readonly model?: string
  readonly split?: string
}

/** `export <project> --format onnx|pth --model <name> --out <file>`: a head for use elsewhere. */
export async function exportHead(context: CommandContext, project: string, options: ExportHeadOptions): Promise<void> {
  const { client, output, signal } = context
  const { format, out } = options
  if (options.split !== undefined) {
    throw new AppError('cli.usage', `--split chooses students, which --format ${format} does not write.`)
  }
  await client.project.open({ folder: resolve(project) })
  const model = await findModel(context, options.model)
  const { files, sha256, bytes } = await client.models.exportHead(
    { modelId: model.id, format, out: resolve(out) },
    { signal },
  )
  output.result({ model: model.name, family: model.family, format, files, sha256, bytes }, [
    `${model.name} (${model.family}): ${files.join(', ')}, ${bytes} bytes`,
  ])
}

/** The newest model of that name; the only one of the project where none is named. */
async function findModel({ client }: CommandContext, name: string | undefined): Promise<ModelInfo> {
  const models = await client.models.list({})
  const matching = name === undefined ? models : models.filter((one) => one.name === name)
  const newest = matching.at(-1)
  if (newest && (name !== undefined || models.length === 1)) return newest
  const there = models.map((one) => one.name).join(', ') || 'none'
  throw name === undefined
    ? new AppError('models.unnamed', `Name the model to export with --model. There are ${there}.`)
    : new AppError('models.unknown', `No model is named "${name}". There are ${there}.`, { model: name })
}
