import type { OpenSession } from '#main/training/prepare-training.ts'
import { openSession } from './model-session.ts'
import type { ModelSession } from './model-session.ts'
import { loadRuntime } from './runtime.ts'

export interface TrainingSessions {
  readonly open: OpenSession
  releaseAll(): Promise<void>
}

/** Sessions of one training, on the CPU; the pool is for models that stay. */
export function openTrainingSessions(): TrainingSessions {
  const sessions: ModelSession[] = []
  return {
    open: async (model) => {
      const session = await openSession(await loadRuntime(), model, { provider: 'cpu', onlyProvider: false })
      sessions.push(session)
      return session
    },
    releaseAll: async () => {
      for (const session of sessions.splice(0)) await session.release()
    },
  }
}
