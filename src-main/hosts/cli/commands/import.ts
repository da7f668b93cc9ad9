import { resolve } from 'node:path'
import type { ImportSummary } from '#shared/contract/exchange.ts'
import type { CommandContext } from '../command.ts'
import { findingLines, omissionLines } from './findings.ts'

export interface ImportOptions {
  readonly images?: string
  readonly split?: string
}

/** `import <project> <file.pkl>`: a RAFNet feature pickle, or a split pickle where the file is one. */
export async function importFile(
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
