import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { DuplicateGroup } from '#shared/contract/exchange.ts'
import type { CommandContext, Declaration } from '../command.ts'
import { findingLines } from './findings.ts'

interface ScanOptions {
  readonly folder?: string
  readonly pattern?: string
  /** Left out by `--no-compare`: looking at photos takes longer than finding them. */
  readonly compare: boolean
}

export const scanCommand: Declaration = ({ command, run }) =>
  command(
    'scan <project>',
    'find photos that are new, moved, missing or there twice; with --folder it makes the project, too',
  )
    .option('--folder <dir>', "folder of photos; the project's own by default")
    .option('--pattern <pattern>', 'room and time from the paths of the photos, as {room}/{date}/{time}_*')
    .option('--no-compare', 'do not look at the photos for copies that were resized or compressed again')
    .action(run(scan))

/**
 * `scan <project> [--folder <dir>] [--pattern <p>]`: finds photos that are new, moved or missing, and copies of each other. Makes the
 * project where there is none and a folder is given.
 */
async function scan(context: CommandContext, project: string, options: ScanOptions): Promise<void> {
  const { client, output, signal } = context
  const folder = resolve(project)
  const photos = options.folder === undefined ? null : resolve(options.folder)
  if (existsSync(join(folder, 'project.sqlite'))) await client.project.open({ folder })
  else if (photos === null) {
    const message = `There is no project in ${folder}. Name the folder of its photos with --folder to make one.`
    throw new AppError('project.missing', message, { folder })
  } else await client.project.create({ folder, photoRoot: photos })
  const summary = await client.exchange.scanPhotos({ folder: photos }, { signal })
  const places =
    options.pattern === undefined ? null : await client.exchange.applyPlaces({ pattern: options.pattern }, { signal })
  const report = options.compare ? await client.exchange.duplicates({}, { signal }) : null
  const { found, added, moved, missing, refused, findings } = summary
  output.result(
    {
      project: folder,
      folder: summary.folder,
      found,
      added,
      moved,
      missing,
      refused,
      duplicates: report?.groups.map(inPaths) ?? null,
      not_compared: report?.notCompared ?? null,
      places,
      findings,
    },
    [
      `${summary.folder}: ${found} photos found, ${added} added, ${moved} moved, ${missing} missing, ${refused.length} refused`,
      ...findingLines(findings),
      ...(places ? [`room and time: ${places.matched} photos fit the pattern, ${places.changed} scenes changed`] : []),
      ...(report?.groups.map(groupLine) ?? []),
    ],
  )
}

const inPaths = ({ kind, scenes }: DuplicateGroup) => ({
  kind,
  scenes: scenes.map(({ relativePath, distance }) => ({ scene: relativePath, distance })),
})

const groupLine = ({ kind, scenes }: DuplicateGroup): string =>
  `${kind === 'exact' ? 'same content' : 'look alike'}: ${scenes.map(({ relativePath }) => relativePath).join(', ')}`
