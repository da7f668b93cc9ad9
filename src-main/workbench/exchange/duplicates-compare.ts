import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cancelled, toAppError } from '#shared/contract/app-error.ts'
import { putPhotoLook, unseenPhotos } from '#main/store/tables/photo-look.ts'
import type { UnseenPhoto } from '#main/store/tables/photo-look.ts'
import type { JobContext } from '../jobs/job-registry.ts'
import { photoRootOf } from '../projects/open-project.ts'
import type { OpenProject } from '../projects/open-project.ts'
import type { WorkbenchContext } from '../workbench-context.ts'

type Parts = Pick<WorkbenchContext, 'compute' | 'jobs'>

/** The comparison that runs for a project: whoever asks meanwhile waits for the same one. */
const running = new WeakMap<OpenProject, Promise<void>>()

/**
 * Looks at every photo that was not looked at yet, as a job; nothing where there is none. What was seen is kept when it is cancelled.
 * Throws AppError `job.cancelled`.
 */
export function comparePhotos(parts: Parts, project: OpenProject): Promise<void> {
  const known = running.get(project)
  if (known) return known
  const unseen = unseenPhotos(project.store)
  const root = photoRootOf(project)
  if (unseen.length === 0 || root === null || !existsSync(root)) return Promise.resolve()
  const work = parts.jobs
    .run('compare', basename(root), (job) => lookAtAll(parts, project, { root, unseen }, job))
    .finally(() => running.delete(project))
  running.set(project, work)
  return work
}

/**
 * Waits until every photo of a project was looked at; where somebody cancels that, what was seen until then has to do. Once `signal` is
 * aborted nobody waits any more, and the looking goes on by itself. Throws AppError `job.cancelled` then.
 */
export async function photosCompared(parts: Parts, project: OpenProject, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(cancelled())
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) throw cancelled()
    await Promise.race([comparePhotos(parts, project), aborted])
  } catch (error) {
    if (signal.aborted || toAppError(error).code !== 'job.cancelled') throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function lookAtAll(
  { compute }: Parts,
  { store }: OpenProject,
  { root, unseen }: { readonly root: string; readonly unseen: readonly UnseenPhoto[] },
  job: JobContext,
): Promise<void> {
  const files = unseen.map(({ relativePath }) => join(root, relativePath))
  let done = 0
  for await (const looks of compute.photos.look({ files }, { signal: job.signal })) {
    job.signal.throwIfAborted()
    store.transaction(() => {
      for (const { bits, problem } of looks) {
        // A photo that went away is looked at when it comes back; one that is damaged stays so until its content changes.
        const isGone = problem !== null && !existsSync(files[done]!)
        if (!isGone) putPhotoLook(store, unseen[done]!.contentHash, bits)
        done += 1
      }
    })
    job.progress(done, files.length)
  }
}
