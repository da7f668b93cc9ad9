import type { Change } from '#shared/contract/project.ts'
import { createFeed } from '../feed.ts'

export interface ChangeLog {
  /** Says what changed; `sceneIds` null means any scene. Call it after the transaction is committed. */
  publish(topics: Change['topics'], sceneIds?: readonly number[] | null): void
  follow(signal: AbortSignal): AsyncGenerator<Change, void>
}

/** `firstRevision` keeps revisions of one sitting apart from those of another: URLs of crops carry them. */
export function createChangeLog(firstRevision: number): ChangeLog {
  const feed = createFeed<Change>()
  let revision = firstRevision
  return {
    publish: (topics, sceneIds = null) => {
      revision += 1
      feed.publish({ revision, topics, sceneIds })
    },
    follow: (signal) => feed.follow(signal),
  }
}
