import { AppError } from '#shared/contract/app-error.ts'

/** Where the photo of one `img_paths` entry lies below the photo root, or null where it is not there. */
export interface PhotoMatch {
  readonly imgPath: string
  /** Path below the photo root with `/` separators, or null. */
  readonly photo: string | null
  /** `path`: one of the two paths ends with the whole other one; `name`: only the file name agrees. */
  readonly by: 'path' | 'name' | null
}

/** A path from any system as `/`-separated segments: no drive, no `.`, `..` resolved where something precedes it. */
export function pathSegments(path: string): string[] {
  const segments: string[] = []
  for (const part of path
    .normalize('NFC')
    .replace(/^[a-zA-Z]:/, '')
    .split(/[\\/]+/)) {
    if (part === '' || part === '.') continue
    if (part === '..') segments.pop()
    else segments.push(part)
  }
  return segments
}

interface Candidate {
  readonly photo: string
  readonly segments: readonly string[]
}

function commonSuffixLength(a: readonly string[], b: readonly string[]): number {
  const limit = Math.min(a.length, b.length)
  let length = 0
  while (length < limit && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1
  return length
}

/** Photos by file name, exact first and case-folded as a second chance (Windows and macOS do not tell them apart). */
function indexByName(photos: readonly string[], fold: (text: string) => string): Map<string, Candidate[]> {
  const index = new Map<string, Candidate[]>()
  for (const photo of photos) {
    const segments = pathSegments(photo).map(fold)
    const name = segments.at(-1)
    if (name === undefined) continue
    const known = index.get(name)
    if (known) known.push({ photo, segments })
    else index.set(name, [{ photo, segments }])
  }
  return index
}

function ambiguous(imgPath: string, photos: readonly string[]): AppError {
  return new AppError(
    'exchange.photo-ambiguous',
    `${imgPath} could be any of ${photos.length} photos: ${photos.slice(0, 5).join(', ')}; ` +
      'choose the photo folder that the paths in the file start from, or rename one of the photos.',
    { imgPath, photos },
  )
}

/** The one photo among candidates of the same name; candidates by path go before those by name, longer paths before shorter. */
function choose(imgPath: string, wanted: readonly string[], candidates: readonly Candidate[]): PhotoMatch {
  const whole = candidates
    .map((candidate) => ({ candidate, length: commonSuffixLength(wanted, candidate.segments) }))
    .filter(({ candidate, length }) => length === candidate.segments.length || length === wanted.length)
  const longest = whole.reduce((most, { length }) => Math.max(most, length), 0)
  const best = whole.filter(({ length }) => length === longest).map(({ candidate }) => candidate)
  const exact = best.filter((candidate) => candidate.segments.length === wanted.length)
  const found = exact.length === 1 ? exact : best.length > 0 ? best : candidates
  if (found.length > 1)
    throw ambiguous(
      imgPath,
      found.map(({ photo }) => photo),
    )
  return { imgPath, photo: found[0]!.photo, by: best.length > 0 ? 'path' : 'name' }
}

function refuseSharedPhotos(matches: readonly PhotoMatch[]): void {
  const owner = new Map<string, PhotoMatch>()
  for (const match of matches) {
    if (match.photo === null) continue
    const other = owner.get(match.photo)
    if (other && pathSegments(other.imgPath).join('/') !== pathSegments(match.imgPath).join('/')) {
      throw new AppError(
        'exchange.photo-ambiguous',
        `${match.photo} could be the photo of ${other.imgPath} and of ${match.imgPath}; ` +
          'choose the photo folder that the paths in the file start from.',
        { photo: match.photo, imgPaths: [other.imgPath, match.imgPath] },
      )
    }
    owner.set(match.photo, match)
  }
}

/**
 * Matches every distinct path of a file (Windows or POSIX, absolute or relative) to a photo below the photo root: by relative path
 * (one path ends with the whole other one, the longest such), then by file name. Keys of the answer are the paths as given.
 * Throws `exchange.photo-ambiguous` where two photos fit equally well, or two paths claim one photo; a photo that is not there is null.
 */
export function matchPhotos(imgPaths: readonly string[], photos: readonly string[]): Map<string, PhotoMatch> {
  const same = (text: string): string => text
  const fold = (text: string): string => text.toLowerCase()
  const exactIndex = indexByName(photos, same)
  const foldedIndex = indexByName(photos, fold)
  const matches = new Map<string, PhotoMatch>()
  for (const imgPath of new Set(imgPaths)) {
    const segments = pathSegments(imgPath)
    const exact = exactIndex.get(segments.at(-1) ?? '')
    const folded = exact ? undefined : foldedIndex.get(fold(segments.at(-1) ?? ''))
    if (exact) matches.set(imgPath, choose(imgPath, segments, exact))
    else if (folded) matches.set(imgPath, choose(imgPath, segments.map(fold), folded))
    else matches.set(imgPath, { imgPath, photo: null, by: null })
  }
  refuseSharedPhotos([...matches.values()])
  return matches
}
