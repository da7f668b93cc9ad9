import type { HostCommand } from '#shared/contract/host.ts'

/** Commands of menu and system on their way to the page; those that come before the page listens wait for it. */
export interface CommandHub {
  publish(command: HostCommand): void
  follow(signal: AbortSignal): AsyncGenerator<HostCommand, void>
}

export function createCommandHub(): CommandHub {
  const queue: HostCommand[] = []
  let wake = (): void => undefined
  return {
    publish: (command) => {
      queue.push(command)
      wake()
    },
    follow: async function* (signal) {
      signal.addEventListener('abort', () => wake(), { once: true })
      while (!signal.aborted) {
        const command = queue.shift()
        if (command) yield command
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
