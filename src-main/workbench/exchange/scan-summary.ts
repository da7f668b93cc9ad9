import type { RefusedPhoto, ScanSummary } from '#shared/contract/exchange.ts'
import type { Finding } from '#shared/contract/summary.ts'
import { counted, findingAt } from '#main/exchange/finding.ts'

/** What a scan came across besides photos that it could read. */
export interface ScanTrouble {
  /** Folders that could not be read. */
  readonly closed: readonly string[]
  /** Scenes whose photo is no longer there. */
  readonly missing: readonly string[]
  /** Files in a format that is not read, and files that are no photos whatever their name says. */
  readonly formats: readonly RefusedPhoto[]
  readonly unreadable: readonly RefusedPhoto[]
}

/** What is wrong with the files of a scanned folder, for the summary. */
export function scanFindings({ closed, missing, formats, unreadable }: ScanTrouble): Finding[] {
  const inWords = ({ file, reason }: RefusedPhoto): string => `${file}: ${reason}`
  return [
    ...findingAt(
      'folder-unreadable',
      'warning',
      closed,
      (count) => `${counted(count, 'folder', 'folders')} could not be read; the photos in there were not looked for.`,
    ),
    ...findingAt(
      'photo-missing',
      'warning',
      missing,
      (count) =>
        `${counted(count, 'photo is', 'photos are')} no longer there; their scenes keep students and labels. Bring them back, or choose their folder with "Re-link photos".`,
    ),
    ...findingAt(
      'photo-format',
      'warning',
      formats.map(inWords),
      (count) => `${counted(count, 'photo is', 'photos are')} in a format that Lectern does not read; left out.`,
    ),
    ...findingAt(
      'photo-unreadable',
      'warning',
      unreadable.map(inWords),
      (count) => `${counted(count, 'file has', 'files have')} the name of a photo but cannot be read as one; left out.`,
    ),
  ]
}

export function duplicateFindings(scenes: readonly string[]): ScanSummary['findings'] {
  return findingAt(
    'photo-copies',
    'info',
    scenes,
    (count) =>
      `${counted(count, 'photo is', 'photos are')} there more than once, byte for byte. See "Find duplicates" to leave copies out.`,
  )
}
