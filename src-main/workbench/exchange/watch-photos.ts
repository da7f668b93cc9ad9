import { existsSync } from 'node:fs'
import type { PhotoNews } from '#shared/contract/exchange.ts'
import { createFeed, type Feed } from '../feed.ts'
import { photoRootOf } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'
import { comparePhotos } from './duplicates-compare.ts'
import { scanPhotos } from './scan-photos.ts'
import type { FolderWatch, WatchFolder } from './watch-folder.ts'

/** Looks after the photos of the open project while nobody asks for it. */
export interface PhotoWatch {
  /** What rescans found that nobody had asked for. */
  readonly news: Feed<PhotoNews>
  /** A scan has ended: photos that came are compared with the others. */
  scanned(): void
  close(): void
}

export interface WatchTimes {
  /** A copy of many photos is waited for until it pauses. */
  readonly settleMs: number
  /** At least so long between two rescans. */
  readonly pauseMs: number
  /** How often a folder that went away is looked for. */
  readonly lookAgainMs: number
}

const usualTimes: WatchTimes = { settleMs: 1500, pauseMs: 5000, lookAgainMs: 15_000 }

/** For hosts that watch nothing: one command, and it is over. */
export const noPhotoWatch = (): PhotoWatch => ({
  news: createFeed<PhotoNews>(),
  scanned: () => undefined,
  close: () => undefined,
})

/** What is watched: the photo folder of a project. */
interface Watched {
  readonly project: OpenProject
  readonly root: string
  watch: FolderWatch | null
}

/**
 * Watches the photo folder of whichever project is open and rescans it when photos come, go or move. A folder that goes away, as with
 * its drive, is looked for until it is back. Each rescan is a job like any other; what fails is told there.
 */
export function watchPhotos(
  context: WorkbenchContext,
  watchFolder: WatchFolder,
  times: WatchTimes = usualTimes,
): PhotoWatch {
  const ended = new AbortController()
  const news = createFeed<PhotoNews>()
  let watched: Watched | null = null
  let timer: NodeJS.Timeout | undefined
  let nextScanAt = 0

  const later = (work: () => void, delayMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(work, delayMs)
    timer.unref()
  }
  const compare = (): void => {
    const project = context.project.get()
    // What failed is in the list of jobs.
    if (project) void comparePhotos(context, project).catch(() => undefined)
  }
  const isCurrent = (one: Watched): boolean => one === watched && context.project.get() === one.project
  const rescan = async (one: Watched): Promise<void> => {
    nextScanAt = Date.now() + times.pauseMs
    const { watchPhotos: isWanted } = await context.settings.read()
    if (!isWanted || !isCurrent(one)) return
    const { added, moved, missing } = await scanPhotos(context, null)
    if (added + moved + missing > 0) news.publish({ added, moved, missing })
    if (added > 0) compare()
  }
  const rescanSoon = (one: Watched): void =>
    later(() => void rescan(one).catch(() => undefined), Math.max(times.settleMs, nextScanAt - Date.now()))
  const start = (one: Watched): void => {
    if (!isCurrent(one)) return
    if (!existsSync(one.root)) return later(() => comeBack(one), times.lookAgainMs)
    one.watch = watchFolder(one.root, {
      onChange: () => rescanSoon(one),
      onLost: () => {
        one.watch = null
        later(() => comeBack(one), times.lookAgainMs)
      },
    })
  }
  const comeBack = (one: Watched): void => {
    if (isCurrent(one) && existsSync(one.root)) rescanSoon(one)
    start(one)
  }
  /** Follows the open project and its photo folder. */
  const attend = (): void => {
    const project = context.project.get()
    const root = project && photoRootOf(project)
    if (watched?.project === project && watched?.root === root) return
    watched?.watch?.close()
    clearTimeout(timer)
    watched = project && root !== null ? { project, root, watch: null } : null
    if (watched) start(watched)
  }
  const follow = async (): Promise<void> => {
    for await (const { topics } of context.changes.follow(ended.signal)) if (topics.includes('project')) attend()
  }
  void follow()

  return {
    news,
    scanned: compare,
    close: () => {
      ended.abort()
      clearTimeout(timer)
      watched?.watch?.close()
      watched = null
    },
  }
}
