import { AppError, cancelled, toAppError } from '#shared/contract/app-error.ts'
import { connect } from '#shared/rpc/connect.ts'
import type { CallOptions, Channel, Client } from '#shared/rpc/types.ts'
import { computeContract } from '../protocol.ts'
import type { ComputeContract } from '../protocol.ts'
import type { ComputeChild, ComputeExit, ForkPort } from './compute-child.ts'

export interface ComputeClientOptions {
  readonly fork: ForkPort
  /** A process ended by itself; what it was doing has failed with the same error. */
  readonly onCrash?: (error: AppError) => void
  /** How long a cancelled call may take to end before its process is killed, in ms. */
  readonly graceMs?: number
}

export type ComputeClient = Client<ComputeContract> & {
  /** Ends the process, if one runs. Calls in flight fail with `compute.closed`; later ones too. */
  close(): Promise<void>
}

interface Incarnation {
  readonly client: Client<ComputeContract>
  readonly child: ComputeChild
  readonly ended: Promise<void>
  /** Why calls that lost their connection failed. */
  reason(): AppError
  killFor(reason: AppError): void
}

type Procedure = (input: unknown, options?: CallOptions) => Promise<unknown> | AsyncIterable<unknown>

/**
 * The compute process as plain functions. It is forked on the first call and anew on the first call after it ended:
 * calls in flight when it crashes fail with `compute.crashed`. An aborted call first asks the process to stop between two
 * runs; if that takes longer than `graceMs`, the process is killed and whatever else it did fails with `compute.stopped`.
 */
export function createComputeClient({ fork, onCrash, graceMs = 3000 }: ComputeClientOptions): ComputeClient {
  let current: Incarnation | null = null
  let closed = false

  const running = (): Incarnation => {
    if (closed) throw closedError()
    current ??= start(fork, (error) => {
      current = null
      if (error) onCrash?.(error)
    })
    return current
  }
  const close = async (): Promise<void> => {
    closed = true
    const last = current
    last?.killFor(closedError())
    await last?.ended
  }

  const services = Object.entries(computeContract).map(([service, procedures]) => [
    service,
    Object.fromEntries(
      Object.entries(procedures).map(([name, { kind }]) => [
        name,
        kind === 'stream' ? streamed(running, service, name, graceMs) : called(running, service, name, graceMs),
      ]),
    ),
  ])
  return { ...Object.fromEntries(services), close } as ComputeClient
}

function start(fork: ForkPort, onEnd: (crash: AppError | null) => void): Incarnation {
  const child = fork()
  let why: AppError | null = null
  const closers: (() => void)[] = []
  const ended = new Promise<void>((resolve) => {
    child.onExit((exit) => {
      const crash = why === null ? crashedError(exit) : null
      why ??= crash
      onEnd(crash)
      for (const closer of closers) closer()
      resolve()
    })
  })
  const channel: Channel = {
    send: (message) => child.send(message),
    onMessage: (listener) => child.onMessage(listener),
    onClose: (listener) => void closers.push(listener),
  }
  return {
    client: connect(computeContract, channel),
    child,
    ended,
    reason: () => why ?? closedError(),
    killFor: (reason) => {
      why ??= reason
      child.kill()
    },
  }
}

function procedureOf(incarnation: Incarnation, service: string, name: string): Procedure {
  const services = incarnation.client as unknown as Record<string, Record<string, Procedure>>
  return services[service]![name]!
}

const called =
  (running: () => Incarnation, service: string, name: string, graceMs: number) =>
  async (input: unknown, options?: CallOptions): Promise<unknown> => {
    if (options?.signal?.aborted) throw cancelled()
    const incarnation = running()
    const release = killAfterAbort(incarnation, options?.signal, graceMs)
    try {
      return await (procedureOf(incarnation, service, name)(input, options) as Promise<unknown>)
    } catch (error) {
      throw explain(error, incarnation, options?.signal)
    } finally {
      release()
    }
  }

const streamed = (running: () => Incarnation, service: string, name: string, graceMs: number) =>
  async function* (input: unknown, options?: CallOptions): AsyncGenerator<unknown, void> {
    if (options?.signal?.aborted) throw cancelled()
    const incarnation = running()
    const release = killAfterAbort(incarnation, options?.signal, graceMs)
    try {
      yield* procedureOf(incarnation, service, name)(input, options) as AsyncIterable<unknown>
    } catch (error) {
      throw explain(error, incarnation, options?.signal)
    } finally {
      release()
    }
  }

/** Arms the kill when the signal aborts; the returned function disarms it once the call ended. */
function killAfterAbort(incarnation: Incarnation, signal: AbortSignal | undefined, graceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => incarnation.killFor(stoppedError()), graceMs)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** A lost connection is only the symptom: says what happened to the process, or that the caller wanted it so. */
function explain(error: unknown, incarnation: Incarnation, signal: AbortSignal | undefined): AppError {
  const known = toAppError(error)
  if (known.code !== 'rpc.disconnected') return known
  const reason = incarnation.reason()
  return signal?.aborted && reason.code === 'compute.stopped' ? cancelled() : reason
}

function crashedError({ code, signal, output }: ComputeExit): AppError {
  const how =
    signal !== null ? `by signal ${signal}` : code !== null ? `with exit code ${code}` : 'before it could start'
  const lastLine = output.split('\n').at(-1) ?? ''
  const said = lastLine === '' ? '' : ` Its last words: ${lastLine}`
  return new AppError(
    'compute.crashed',
    `The compute process ended ${how}; the work it was doing failed. Run it again: the process starts anew by itself.${said}`,
    { exitCode: code, signal, output },
  )
}

const stoppedError = (): AppError =>
  new AppError(
    'compute.stopped',
    'The compute process was stopped to end cancelled work that did not stop by itself. Run this again.',
  )

const closedError = (): AppError =>
  new AppError('compute.closed', 'Lectern is closing; the compute process no longer takes work.')
