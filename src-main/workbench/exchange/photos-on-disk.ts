import { join } from 'node:path'
import type { DraftPhoto } from '#main/exchange/import-draft.ts'
import { findPhotos } from '#main/exchange/photos/find-photos.ts'
import type { FoundPhoto } from '#main/exchange/photos/find-photos.ts'
import { matchPhotos } from '#main/exchange/photos/match-photos.ts'
import type { PhotoMatch } from '#main/exchange/photos/match-photos.ts'
import type { ComputeClient } from '../workbench-context.ts'
import type { PhotoPlace } from './photo-place.ts'

export interface PhotosOnDisk {
  /** By path in the file; photos are named below the project's photo root. */
  readonly matches: ReadonlyMap<string, PhotoMatch>
  readonly photos: ReadonlyMap<string, DraftPhoto>
  readonly files: ReadonlyMap<string, FoundPhoto>
}

interface Search {
  readonly compute: ComputeClient
  readonly projectFolder: string
  readonly signal: AbortSignal
}

async function listPhotos(place: PhotoPlace, { projectFolder, signal }: Search): Promise<FoundPhoto[]> {
  const found: FoundPhoto[] = []
  for await (const batch of findPhotos(place.folder, projectFolder, signal)) {
    for (const photo of batch) found.push(photo)
  }
  return found
}

/** Facts of photos in a place, by path below the project's photo root. */
export async function inspectPhotos(
  place: PhotoPlace,
  relativePaths: readonly string[],
  { compute, signal }: Pick<Search, 'compute' | 'signal'>,
): Promise<Map<string, DraftPhoto>> {
  const photos = new Map<string, DraftPhoto>()
  const files = relativePaths.map((path) => join(place.folder, path))
  let next = 0
  for await (const facts of compute.photos.inspect({ files }, { signal })) {
    for (const { size, sha256, takenAt, problem } of facts) {
      const relativePath = place.prefix + relativePaths[next]!
      photos.set(relativePath, { relativePath, size, sha256, takenAt, problem })
      next += 1
    }
  }
  return photos
}

/**
 * The photos of a file's paths: matched below `place`, then looked into. Without a place nothing is matched.
 * Throws AppError `exchange.photo-ambiguous`.
 */
export async function findPhotosOf(
  imgPaths: readonly string[],
  place: PhotoPlace | null,
  search: Search,
): Promise<PhotosOnDisk> {
  const found = place ? await listPhotos(place, search) : []
  const matched = matchPhotos(
    imgPaths,
    found.map(({ relativePath }) => relativePath),
  )
  if (!place) return { matches: matched, photos: new Map(), files: new Map() }
  const wanted = new Set([...matched.values()].flatMap(({ photo }) => photo ?? []))
  const photos = await inspectPhotos(place, [...wanted], search)
  const below = (match: PhotoMatch): PhotoMatch => ({
    ...match,
    photo: match.photo === null ? null : place.prefix + match.photo,
  })
  return {
    matches: new Map([...matched].map(([imgPath, match]) => [imgPath, below(match)])),
    photos,
    files: new Map(found.map((photo) => [place.prefix + photo.relativePath, photo])),
  }
}
