import { resolve } from 'node:path'
import type { CommandContext, Declaration } from '../command.ts'
import { findingLines } from './findings.ts'

export const initCommand: Declaration = ({ command, run }) =>
  command('init <project>', 'make a project from a folder of photos')
    .requiredOption('--images <dir>', 'folder of photos; subfolders are searched too')
    .action(run(init))

/** `init <project> --images <dir>`: a project, and a scene for every photo below the folder. */
async function init(context: CommandContext, project: string, options: { images: string }): Promise<void> {
  const { client, output, signal } = context
  const photoRoot = resolve(options.images)
  const folder = resolve(project)
  await client.project.create({ folder, photoRoot })
  const scan = await client.exchange.scanPhotos({ folder: photoRoot }, { signal })
  const { exactDuplicates, ...rest } = scan
  output.result({ project: folder, ...rest, exact_duplicates: exactDuplicates }, [
    `${folder}: ${scan.added} scenes from ${scan.found} photos in ${photoRoot}`,
    ...findingLines(scan.findings),
  ])
}
