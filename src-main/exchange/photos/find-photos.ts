import { opendir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { readFailure } from '../files.ts'
import { refusedFormat } from './refused-formats.ts'

/** A file that by its name is a photo. */
export interface FoundPhoto {
  /** Below the folder searched, with `/` separators. */
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedMs: number
}

export const photoExtensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.png',
  '.webp',
  '.avif',
  '.bmp',
  '.tif',
  '.tiff',
])

/** What a search tells of besides photos, by path below the folder searched. */
export interface SearchListener {
  /** A folder that cannot be read; it is passed by. */
  readonly onUnreadable?: (relativePath: string) => void
  /** A photo by its name, of a format that is not read, with the reason and what to do. */
  readonly onRefused?: (relativePath: string, reason: string) => void
}

/** Few at first, so that the first thumbnails come at once. */
const firstBatch = 16
const laterBatch = 128

interface Entry {
  readonly name: string
  readonly isFolder: boolean
  /** Why a file that by its name is a photo is not read; null for photos and folders. */
  readonly refusal: string | null
}

/** Hidden folders and projects hold no photos of the user's: a project's thumbnails would come back as scenes. */
export const isSkippedFolder = (name: string): boolean =>
  name.startsWith('.') || name.toLowerCase().endsWith('.lectern')

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of await opendir(folder)) {
    const isLink = entry.isSymbolicLink()
    const facts = isLink ? await stat(join(folder, entry.name)).catch(() => null) : entry
    if (facts?.isDirectory() && !isSkippedFolder(entry.name)) {
      entries.push({ name: entry.name, isFolder: true, refusal: null })
    } else if (facts?.isFile() && !entry.name.startsWith('.')) {
      const extension = extname(entry.name).toLowerCase()
      const refusal = refusedFormat(extension)
      if (refusal !== null || photoExtensions.has(extension))
        entries.push({ name: entry.name, isFolder: false, refusal })
    }
  }
  const order = new Intl.Collator('en', { numeric: true })
  return entries.sort((a, b) => Number(a.isFolder) - Number(b.isFolder) || order.compare(a.name, b.name))
}

interface Walk {
  readonly root: string
  readonly visited: Set<string>
  readonly isProject: (folder: string) => boolean
  readonly listener: SearchListener
}

/** The entries of a folder, null where it is skipped. What cannot be read below the root is told and skipped. */
async function openFolder({ root, visited, isProject, listener }: Walk, below: string): Promise<Entry[] | null> {
  const folder = join(root, below)
  try {
    const real = await realpath(folder)
    if (visited.has(real) || isProject(real)) return null
    visited.add(real)
    return await entriesOf(folder)
  } catch (error) {
    if (below === '') throw readFailure(folder, error)
    listener.onUnreadable?.(below)
    return null
  }
}

async function* walk(state: Walk, below: string): AsyncGenerator<FoundPhoto> {
  for (const entry of (await openFolder(state, below)) ?? []) {
    const relativePath = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isFolder) {
      yield* walk(state, relativePath)
      continue
    }
    if (entry.refusal !== null) {
      state.listener.onRefused?.(relativePath, entry.refusal)
      continue
    }
    // A file that went away since the folder was listed is no photo any more.
    const facts = await stat(join(state.root, relativePath)).catch(() => null)
    if (facts) yield { relativePath, bytes: facts.size, modifiedMs: facts.mtimeMs }
  }
}

/**
 * Photos below a folder, by file extension, folder by folder in natural order, in batches as they are found. Hidden folders, projects
 * (`*.lectern` and `projectFolder`) and folders already seen through a link are left out; `listener` hears of folders that cannot be
 * read and of photos in formats that are not. Throws AppError `exchange.file-missing` or `exchange.file-unreadable` where that is the folder itself.
 */
export async function* findPhotos(
  folder: string,
  projectFolder: string | null,
  signal?: AbortSignal,
  listener: SearchListener = {},
): AsyncGenerator<readonly FoundPhoto[]> {
  const project = projectFolder === null ? null : await realpath(projectFolder).catch(() => null)
  const state: Walk = { root: folder, visited: new Set(), isProject: (real) => real === project, listener }
  let batch: FoundPhoto[] = []
  let size = firstBatch
  for await (const photo of walk(state, '')) {
    signal?.throwIfAborted()
    batch.push(photo)
    if (batch.length < size) continue
    yield batch
    batch = []
    size = laterBatch
  }
  if (batch.length > 0) yield batch
}
