import { resolve } from 'node:path'
import { reportFormat, type ReportFormat } from '#shared/contract/reports.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { facesOption, runOption } from '../options.ts'
import { findRun } from './evaluate.ts'

interface ReportOptions {
  readonly out: string
  readonly model?: string
  readonly format: string
  readonly showFaces?: boolean
}

export const reportCommand: Declaration = ({ command, run }) =>
  command('report <project>', 'write a report per scene and overall')
    .requiredOption('--out <dir>', 'folder for the report')
    .addOption(runOption())
    .option('--format <formats>', 'html, csv, json, separated by commas', 'html,csv,json')
    .addOption(facesOption())
    .action(run(report))

/** `report <project> --out <dir>`: per scene and overall; faces are pixelated unless `--show-faces` says otherwise. */
async function report(context: CommandContext, project: string, options: ReportOptions): Promise<void> {
  const { client, output, signal } = context
  const formats = parseFormats(options.format)
  await client.project.open({ folder: resolve(project) })
  // Without any run the report tells what the labels say; a model asked for by name must be there.
  const runs = await client.models.runs({})
  const run = runs.length === 0 && options.model === undefined ? null : await findRun(context, options.model)
  const summary = await client.reports.write(
    {
      runId: run?.id ?? null,
      out: resolve(options.out),
      formats,
      faces: options.showFaces ? 'shown' : 'pixelated',
    },
    { signal },
  )
  output.result(
    summary,
    summary.files.map(({ file, bytes }) => `${file} (${bytes} bytes, faces ${summary.faces})`),
  )
}

function parseFormats(text: string): ReportFormat[] {
  return text.split(',').map((part) => {
    const parsed = reportFormat.safeParse(part.trim())
    if (parsed.success) return parsed.data
    const known = reportFormat.options.join(', ')
    throw new AppError('report.format-unknown', `There is no report format "${part}". Choose from ${known}.`, {
      format: part,
    })
  })
}
