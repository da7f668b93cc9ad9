import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'
import type { ScanSummary } from '#shared/contract/exchange.ts'
import type { CommandContext } from '../command.ts'
import { findingLines } from './findings.ts'

/**
 * Opens the project that stands for a bare folder of photos, made where it is not there yet, and scans the photos: a second call goes on
 * where the first one was interrupted. Throws AppError `scan.no-photos` and what projects throw.
 */
export async function openPhotoProject(
  { client, output, signal }: CommandContext,
  photos: string,
  project: string,
): Promise<ScanSummary> {
  const photoRoot = resolve(photos)
  if (!statSync(photoRoot, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AppError('scan.no-folder', `${photoRoot} is no folder. Name the folder of the photos.`, {
      folder: photoRoot,
    })
  }
  if (existsSync(join(project, 'project.sqlite'))) {
    const known = await client.project.open({ folder: project })
    if (known.photoRoot !== photoRoot) throw otherPhotos(project, known.photoRoot, photoRoot)
  } else await client.project.create({ folder: project, photoRoot })
  const scan = await client.exchange.scanPhotos({ folder: photoRoot }, { signal })
  const { scenes } = (await client.project.current({}))!
  if (scenes === 0) {
    throw new AppError(
      'scan.no-photos',
      `${photoRoot} holds no photo that can be read. Name the folder of the photos.`,
      {
        folder: photoRoot,
      },
    )
  }
  output.note(`${scenes} photos in ${photoRoot}; the project is ${project}`)
  for (const line of findingLines(scan.findings)) output.note(line)
  return scan
}

const otherPhotos = (project: string, known: string | null, asked: string): AppError =>
  new AppError(
    'scan.other-photos',
    `${project} belongs to the photos in ${known ?? 'no folder'}, not to ${asked}. Name another place with --out.`,
    { project, known, asked },
  )
