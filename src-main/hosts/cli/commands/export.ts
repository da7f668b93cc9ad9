import { resolve } from 'node:path'
import type { CommandContext } from '../command.ts'
import { omissionLines } from './findings.ts'

export interface ExportOptions {
  readonly out: string
  readonly split?: string
  readonly unlabelled: 'omit' | 'include'
}

/** `export <project> --format rafnet --out <file.pkl>`: a feature pickle with the labels in force. */
export async function exportFile(context: CommandContext, project: string, options: ExportOptions): Promise<void> {
  const { client, output, signal } = context
  await client.project.open({ folder: resolve(project) })
  const summary = await client.exchange.exportFeatures(
    { out: resolve(options.out), split: options.split ?? null, unlabelled: options.unlabelled },
    { signal },
  )
  output.result(summary, [
    `${summary.file}: ${summary.students} students, ${summary.changes.length} corrected, ${summary.bytes} bytes`,
    ...omissionLines(summary.omitted),
  ])
}
