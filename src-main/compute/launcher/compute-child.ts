/** How a compute process ended. `output` is the tail of what it wrote to stdout and stderr. */
export interface ComputeExit {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
}

/** A running compute process: whole messages both ways (structured clone), and its end. */
export interface ComputeChild {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, after the last message. */
  onExit(listener: (exit: ComputeExit) => void): void
  /** Ends the process at once, whatever it is doing. */
  kill(): void
}

/** Starts a compute process: `child_process.fork` on Node, `utilityProcess.fork` in Electron's main process. */
export type ForkPort = () => ComputeChild
