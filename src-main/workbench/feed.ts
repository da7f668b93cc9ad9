/** Values on their way to any number of followers. */
export interface Feed<Value> {
  publish(value: Value): void
  /** Every value published from now on, in order, until the signal aborts. */
  follow(signal: AbortSignal): AsyncGenerator<Value, void>
}

export function createFeed<Value>(): Feed<Value> {
  const listeners = new Set<(value: Value) => void>()
  return {
    publish: (value) => {
      for (const listener of listeners) listener(value)
    },
    follow: (signal) => {
      const queue: Value[] = []
      let wake = (): void => undefined
      const listener = (value: Value): void => {
        queue.push(value)
        wake()
      }
      // At once, not at the first `next`: whoever follows must not miss what is published in between.
      listeners.add(listener)
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort, { once: true })
      return (async function* () {
        try {
          while (!signal.aborted) {
            const value = queue.shift()
            if (value !== undefined) yield value
            else await new Promise<void>((resolve) => (wake = resolve))
          }
        } finally {
          listeners.delete(listener)
          signal.removeEventListener('abort', onAbort)
        }
      })()
    },
  }
}
