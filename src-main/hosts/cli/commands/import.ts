import { resolve } from 'node:path'
import type { ImportSummary } from '#shared/contract/exchange.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { findingLines, omissionLines } from './findings.ts'

interface ImportOptions {
  readonly images?: string
  readonly split?: string
}

export const importCommand: Declaration = ({ command, run }) =>
  command('import <project> <file>', 'import a RAFNet feature or split pickle')
    .option('--images <dir>', 'folder of the photos that the pickle names')
    .option('--split <name>', 'data split of what is imported, as train')
    .action(run(importFile))

/** `import <project> <file.pkl>`: a RAFNet feature pickle, or a split pickle where the file is one. */
async function importFile(
  context: CommandContext,
  project: string,
  file: string,
  options: ImportOptions,
): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const summary = await client.exchange.importFile(
    { file: resolve(file), photoRoot: options.images ? resolve(options.images) : null, split: options.split ?? null },
    { signal },
  )
  const { photosMatched, ...rest } = summary
  output.result({ ...rest, photos_matched: photosMatched }, importLines(summary))
}

export const importLines = (summary: ImportSummary): string[] => [
  `${summary.file}: ${summary.students} students in ${summary.scenes} scenes, ${summary.labels} labels, ` +
    `${summary.photosMatched} photos found`,
  ...summary.modalities.map(({ name, width }) => `features: ${name} × ${width}`),
  ...omissionLines(summary.omitted),
  ...findingLines(summary.findings),
]
