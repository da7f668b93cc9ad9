import { watch, type FSWatcher } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'
import { isSkippedFolder, photoExtensions } from '#main/exchange/photos/find-photos.ts'

export interface FolderListener {
  /** Something was added, removed or moved that may be a photo or a folder of them. */
  readonly onChange: () => void
  /** The folder went away, or the system watches no more folders: nothing will be told any more. */
  readonly onLost: () => void
}

export interface FolderWatch {
  close(): void
}

/** Tells of changes below a folder. A port: hosts bring it, tests bring their own or none. */
export type WatchFolder = (folder: string, listener: FolderListener) => FolderWatch

/** Each takes one of the system's watches, of which Linux gives a user some thousands. */
const mostFolders = 2000

/**
 * Watches with the system's own means: one watch for all on Windows and macOS, one for each folder on Linux, where Node would otherwise
 * set one for every single photo, and wait for it.
 */
export const watchFolder: WatchFolder = (folder, listener) =>
  process.platform === 'linux' ? watchEachFolder(resolve(folder), listener) : watchWhole(resolve(folder), listener)

function watchWhole(folder: string, { onChange, onLost }: FolderListener): FolderWatch {
  const state = { isClosed: false }
  const watcher = watchOne(folder, true, onLost, (path) => {
    void mayBePhoto(folder, path).then((yes) => {
      if (yes && !state.isClosed) onChange()
    })
  })
  return {
    close: () => {
      state.isClosed = true
      watcher?.close()
    },
  }
}

function watchEachFolder(folder: string, { onChange, onLost }: FolderListener): FolderWatch {
  const watchers = new Map<string, FSWatcher>()
  const state = { isClosed: false }
  const close = (): void => {
    state.isClosed = true
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
  const lose = (): void => {
    if (state.isClosed) return
    close()
    onLost()
  }
  const drop = (at: string): void => {
    watchers.get(at)?.close()
    watchers.delete(at)
    if (at === folder) lose()
  }
  const onEvent = async (path: string): Promise<void> => {
    if (!(await mayBePhoto(folder, path)) || state.isClosed) return
    await follow(path)
    if (!state.isClosed) onChange()
  }
  /** Watches a folder and those below it; a file is passed by. */
  const follow = async (at: string): Promise<void> => {
    const below = await foldersIn(at)
    if (below === null && at === folder) return lose()
    if (below === null || state.isClosed) return
    if (watchers.size >= mostFolders) return lose()
    if (!watchers.has(at)) {
      const watcher = watchOne(
        at,
        false,
        () => drop(at),
        (path) => void onEvent(path),
      )
      if (!watcher) return
      watchers.set(at, watcher)
    }
    for (const one of below) await follow(one)
  }
  void follow(folder)
  return { close }
}

function watchOne(
  folder: string,
  recursive: boolean,
  onLost: () => void,
  onEvent: (path: string) => void,
): FSWatcher | null {
  try {
    const watcher = watch(folder, { recursive, persistent: false }, (_kind, name) => {
      // Linux tells a watch that its own folder was removed by the folder's own name.
      void stat(folder).then(
        () => onEvent(name === null ? folder : join(folder, name)),
        () => onLost(),
      )
    })
    watcher.on('error', onLost)
    return watcher
  } catch {
    // Too many watches, a network drive that has none, or a folder that is gone again.
    onLost()
    return null
  }
}

/** Folders in a folder that may hold photos; null for what is no folder that can be read. */
async function foldersIn(folder: string): Promise<string[] | null> {
  try {
    const folders: string[] = []
    for await (const entry of await opendir(folder)) {
      if (entry.isDirectory() && !isSkippedFolder(entry.name)) folders.push(join(folder, entry.name))
    }
    return folders
  } catch {
    return null
  }
}

/** Whether a change at a path may be one of photos: what is there and is another file is none, what went away may be. */
async function mayBePhoto(root: string, path: string): Promise<boolean> {
  const segments = relative(root, path).split(sep)
  if (segments.some((segment) => segment !== '' && isSkippedFolder(segment))) return false
  if (photoExtensions.has(extname(path).toLowerCase())) return true
  const facts = await stat(path).catch(() => null)
  return facts === null ? extname(path) === '' : facts.isDirectory()
}
