import { setImmediate } from 'node:timers/promises'
import { cancelled } from '#shared/contract/app-error.ts'
import type { Store } from './store.ts'

export interface StepOptions {
  readonly signal?: AbortSignal | undefined
  /** Called after every transaction with how many items are written. */
  readonly onProgress?: (written: number) => void
}

/** Half of the 50 ms that the main process may be busy in one go: the other half is for the commit. */
const stepMs = 25

/**
 * Writes items in order, in as many transactions as it takes to keep each short; between two of them other work runs.
 * When it throws (AppError `job.cancelled` included) the transactions before are already saved: whoever calls removes them,
 * as `removeUnfinishedImports` does.
 */
export async function writeInSteps<Item>(
  store: Store,
  items: readonly Item[],
  write: (item: Item, index: number) => void,
  options: StepOptions = {},
): Promise<void> {
  let next = 0
  while (next < items.length) {
    await store.otherEnded()
    if (options.signal?.aborted) throw cancelled()
    next = store.transaction(() => {
      const end = performance.now() + stepMs
      let at = next
      while (at < items.length) {
        write(items[at] as Item, at)
        at += 1
        if (performance.now() >= end) break
      }
      return at
    })
    options.onProgress?.(next)
    await setImmediate()
  }
}

/** Repeats a bounded statement until it changes nothing, with other work in between: a delete of any size. */
export async function repeatInSteps(store: Store, step: () => number): Promise<void> {
  for (;;) {
    await store.otherEnded()
    if (store.transaction(step) === 0) return
    await setImmediate()
  }
}
