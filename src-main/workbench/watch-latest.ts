/** Yields the newest state, and only the newest: a slow follower skips what is already old. */
export async function* watchLatest<Value>(
  read: () => Value,
  watchers: Set<() => void>,
  signal: AbortSignal,
): AsyncGenerator<Value, void> {
  let changed = true
  let wake = (): void => undefined
  const watcher = (): void => {
    changed = true
    wake()
  }
  watchers.add(watcher)
  signal.addEventListener('abort', watcher, { once: true })
  try {
    while (!signal.aborted) {
      if (changed) {
        changed = false
        yield read()
      } else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    watchers.delete(watcher)
    signal.removeEventListener('abort', watcher)
  }
}
