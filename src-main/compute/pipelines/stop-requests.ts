import { AppError } from '#shared/contract/app-error.ts'

/** Who wants which running training to end early, and keep what it has. */
export interface StopRequests {
  /** Opens a training to requests under its token; null opens it to none. */
  open(token: string | null): StopFlag
  /** Throws AppError `training.not-running`. */
  request(token: string): void
}

export interface StopFlag {
  requested(): boolean
  close(): void
}

export function createStopRequests(): StopRequests {
  const running = new Map<string, { requested: boolean }>()
  return {
    open: (token) => {
      const state = { requested: false }
      if (token !== null) running.set(token, state)
      return {
        requested: () => state.requested,
        close: () => {
          if (token !== null && running.get(token) === state) running.delete(token)
        },
      }
    },
    request: (token) => {
      const state = running.get(token)
      if (!state) {
        throw new AppError('training.not-running', `No training ${token} runs here, so that none can be ended.`, {
          token,
        })
      }
      state.requested = true
    },
  }
}
