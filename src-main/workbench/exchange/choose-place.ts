import { dirname } from 'node:path'
import type { Finding } from '#shared/contract/summary.ts'
import { findingAt } from '#main/exchange/finding.ts'
import type { OpenProject } from '../projects/open-project.ts'
import { folderBeside, placeOf, projectPlace } from './photo-place.ts'
import type { PhotoPlace } from './photo-place.ts'

/**
 * Where an import looks for photos: the folder given, else the project's, else the file's own where its first path leads to a photo from
 * there (which a finding then says: `photo-root-found`), else nowhere.
 */
export function choosePlace(
  project: OpenProject,
  photoRoot: string | null,
  file: string,
  imgPath: string | undefined,
): { readonly place: PhotoPlace | null; readonly findings: readonly Finding[] } {
  if (photoRoot !== null) return { place: placeOf(project, photoRoot), findings: [] }
  const known = projectPlace(project)
  if (known) return { place: known, findings: [] }
  const beside = imgPath === undefined ? null : folderBeside(dirname(file), imgPath)
  if (beside === null) return { place: null, findings: [] }
  const message = (): string => `The photos were found beside the file; ${beside} is now the project's photo folder.`
  return { place: placeOf(project, beside), findings: findingAt('photo-root-found', 'info', [beside], message) }
}
