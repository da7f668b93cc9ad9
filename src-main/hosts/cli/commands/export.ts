import { resolve } from 'node:path'
import { Option } from 'commander'
import { AppError } from '#shared/contract/app-error.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { exportHead } from './export-head.ts'
import { findingLines, omissionLines } from './findings.ts'

interface ExportOptions {
  readonly out: string
  readonly format: 'rafnet' | 'onnx' | 'pth'
  readonly split?: string
  readonly unlabelled: 'omit' | 'include'
  /** Of the head to write. */
  readonly model?: string
}

export const exportCommand: Declaration = ({ command, run }) =>
  command('export <project>', 'write a feature pickle with the labels in force, or a head for use elsewhere')
    .requiredOption('--out <file>', 'file to write')
    .addOption(
      new Option('--format <format>', 'rafnet: a feature pickle; onnx or pth: a head')
        .choices(['rafnet', 'onnx', 'pth'])
        .default('rafnet'),
    )
    .option('--model <name>', 'name of the model whose head is written')
    .option('--split <name>', 'only this split')
    .addOption(
      new Option('--unlabelled <choice>', 'students without a label: omit them, or include them with label -1')
        .choices(['omit', 'include'])
        .default('omit'),
    )
    .action(run(exportAny))

/** `export <project> --format rafnet|onnx|pth --out <file>`: students with their labels, or a head. */
function exportAny(context: CommandContext, project: string, options: ExportOptions): Promise<void> {
  const { format } = options
  if (format !== 'rafnet') return exportHead(context, project, { ...options, format })
  if (options.model === undefined) return exportFile(context, project, options)
  throw new AppError('cli.usage', '--model chooses a head, which --format rafnet does not write.')
}

/** `export <project> --format rafnet --out <file.pkl>`: a feature pickle with the labels in force. */
async function exportFile(context: CommandContext, project: string, options: ExportOptions): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const summary = await client.exchange.exportFeatures(
    { out: resolve(options.out), split: options.split ?? null, unlabelled: options.unlabelled },
    { signal },
  )
  output.result(summary, [
    `${summary.file}: ${summary.students} students, ${summary.changes.length} corrected, ${summary.bytes} bytes`,
    ...omissionLines(summary.omitted),
    ...findingLines(summary.findings),
  ])
}
