import { AppError } from '#shared/contract/app-error.ts'
import type { Device } from '#shared/contract/schemas.ts'
import { openSession } from './model-session.ts'
import type { ModelFile, ModelSession } from './model-session.ts'
import type { Providers } from './providers.ts'
import { loadRuntime } from './runtime.ts'

export interface PooledSession {
  readonly session: ModelSession
  /** The provider that runs the model. */
  readonly provider: string
  readonly reason: string
}

export interface SessionPool {
  /**
   * The session of a model on a device. `sha256` identifies the model, `model` makes its bytes when it is not loaded yet.
   * Fails with `inference.provider-unavailable` or `model.not-loadable`.
   */
  open(name: string, sha256: string, model: () => ModelFile, device: Device): Promise<PooledSession>
}

/** Sessions kept at once; a head is a few megabytes, and few models are compared at a time. */
const capacity = 6

/** One session per model and provider for the life of the process: ONNX Runtime leaks when sessions come and go. */
export function createSessionPool(providers: Providers): SessionPool {
  const sessions = new Map<string, Promise<PooledSession>>()

  const open: SessionPool['open'] = async (name, sha256, model, device) => {
    const choice = await providers.choose(device)
    const key = `${sha256} ${choice.provider}`
    const known = sessions.get(key)
    if (known) {
      sessions.delete(key)
      sessions.set(key, known)
      return known
    }
    const opening = load(name, model(), choice.provider, choice.reason)
    sessions.set(key, opening)
    opening.catch(() => sessions.delete(key))
    await releaseOldest(sessions)
    return opening
  }
  return { open }
}

async function load(name: string, model: ModelFile, provider: string, reason: string): Promise<PooledSession> {
  const runtime = await loadRuntime()
  try {
    if (provider === 'cpu') return { session: await openSession(runtime, model, cpu), provider, reason }
    return await loadOnAccelerator(model, provider, reason)
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error)
    throw new AppError(
      'model.not-loadable',
      `${name}: ONNX Runtime does not load this model on ${provider}. ${why} Check the file, or export the model again.`,
      { model: name, provider, reason: why },
      { cause: error },
    )
  }
}

const cpu = { provider: 'cpu', onlyProvider: false }

/** First strictly; a model with operators that the provider lacks still runs on it in part, and the run says so. */
async function loadOnAccelerator(model: ModelFile, provider: string, reason: string): Promise<PooledSession> {
  const runtime = await loadRuntime()
  try {
    return { session: await openSession(runtime, model, { provider, onlyProvider: true }), provider, reason }
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('fallback to CPU EP'))) throw error
    const session = await openSession(runtime, model, { provider, onlyProvider: false })
    return { session, provider, reason: `${reason} Some of this model's operators run on the CPU.` }
  }
}

async function releaseOldest(sessions: Map<string, Promise<PooledSession>>): Promise<void> {
  const [oldest] = sessions.entries()
  if (sessions.size <= capacity || !oldest) return
  sessions.delete(oldest[0])
  const { session } = await oldest[1].catch(() => ({ session: null }))
  await session?.release()
}
