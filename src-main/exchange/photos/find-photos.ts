import { opendir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { readFailure } from '../files.ts'

/** A file that by its name is a photo. */
export interface FoundPhoto {
  /** Below the folder searched, with `/` separators. */
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedMs: number
}

export const photoExtensions: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff'])

/** Few at first, so that the first thumbnails come at once. */
const firstBatch = 16
const laterBatch = 128

interface Entry {
  readonly name: string
  readonly isFolder: boolean
}

/** Hidden folders and projects hold no photos of the user's: a project's thumbnails would come back as scenes. */
const isSkippedFolder = (name: string): boolean => name.startsWith('.') || name.toLowerCase().endsWith('.lectern')

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of await opendir(folder)) {
    const isLink = entry.isSymbolicLink()
    const facts = isLink ? await stat(join(folder, entry.name)).catch(() => null) : entry
    if (facts?.isDirectory() && !isSkippedFolder(entry.name)) entries.push({ name: entry.name, isFolder: true })
    else if (facts?.isFile() && photoExtensions.has(extname(entry.name).toLowerCase()) && !entry.name.startsWith('.')) {
      entries.push({ name: entry.name, isFolder: false })
    }
  }
  const order = new Intl.Collator('en', { numeric: true })
  return entries.sort((a, b) => Number(a.isFolder) - Number(b.isFolder) || order.compare(a.name, b.name))
}

async function* walk(
  root: string,
  below: string,
  visited: Set<string>,
  isProject: (folder: string) => boolean,
): AsyncGenerator<FoundPhoto> {
  const folder = join(root, below)
  const real = await realpath(folder)
  if (visited.has(real) || isProject(real)) return
  visited.add(real)
  for (const entry of await entriesOf(folder)) {
    const relativePath = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isFolder) yield* walk(root, relativePath, visited, isProject)
    else {
      const { size, mtimeMs } = await stat(join(root, relativePath))
      yield { relativePath, bytes: size, modifiedMs: mtimeMs }
    }
  }
}

/**
 * Photos below a folder, by file extension, folder by folder in natural order, in batches as they are found. Hidden folders, projects
 * (`*.lectern` and `projectFolder`) and folders already seen through a link are left out.
 * Throws AppError `exchange.file-missing` or `exchange.file-unreadable` naming the folder.
 */
export async function* findPhotos(
  folder: string,
  projectFolder: string | null,
  signal?: AbortSignal,
): AsyncGenerator<readonly FoundPhoto[]> {
  const project = projectFolder === null ? null : await realpath(projectFolder).catch(() => null)
  let batch: FoundPhoto[] = []
  let size = firstBatch
  try {
    for await (const photo of walk(folder, '', new Set(), (real) => real === project)) {
      signal?.throwIfAborted()
      batch.push(photo)
      if (batch.length < size) continue
      yield batch
      batch = []
      size = laterBatch
    }
  } catch (error) {
    throw readFailure(folder, error)
  }
  if (batch.length > 0) yield batch
}
