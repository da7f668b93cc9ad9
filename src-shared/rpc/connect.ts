import { AppError, cancelled } from '#shared/contract/app-error.ts'
import type { Contract } from '#shared/contract/procedure.ts'
import type { CallOptions, Channel, Client, Response } from './types.ts'

type Listener = (response: Response) => void

/** A typed client of `contract` over `channel`. When the channel closes, whatever is in flight fails with `rpc.disconnected`. */
export function connect<C extends Contract>(contract: C, channel: Channel): Client<C> {
  const waiting = new Map<number, Listener>()
  let lastId = 0
  let closed = false

  channel.onMessage((message) => {
    const response = message as Response
    waiting.get(response.id)?.(response)
  })
  channel.onClose(() => {
    closed = true
    for (const [id, listener] of waiting) listener({ kind: 'error', id, error: disconnected() })
    waiting.clear()
  })

  /** Starts a procedure; `listener` gets its responses until it ends. Returns a function that cancels it. */
  const start = (procedure: string, input: unknown, listener: Listener): (() => void) => {
    const id = ++lastId
    if (closed) {
      listener({ kind: 'error', id, error: disconnected() })
      return () => undefined
    }
    waiting.set(id, (response) => {
      if (response.kind !== 'next') waiting.delete(id)
      listener(response)
    })
    channel.send({ kind: 'start', id, procedure, input })
    return () => {
      if (waiting.has(id)) channel.send({ kind: 'cancel', id })
    }
  }

  const service = (name: string) =>
    Object.fromEntries(
      Object.entries(contract[name]!).map(([key, procedure]) => {
        const path = `${name}.${key}`
        return [
          key,
          procedure.kind === 'stream'
            ? (input: unknown, options?: CallOptions) => iterate(start, path, input, options)
            : (input: unknown, options?: CallOptions) => ask(start, path, input, options),
        ]
      }),
    )
  return Object.fromEntries(Object.keys(contract).map((name) => [name, service(name)])) as unknown as Client<C>
}

type Start = (procedure: string, input: unknown, listener: Listener) => () => void

const disconnected = () =>
  new AppError('rpc.disconnected', 'The connection to Lectern was lost. Reload the window to connect again.').toJSON()

/** A cancelled call still waits for the server's last word, so that nothing is reported ended while it runs. */
function ask(start: Start, procedure: string, input: unknown, options?: CallOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (options?.signal?.aborted) return reject(cancelled())
    const cancel = start(procedure, input, (response) => {
      options?.signal?.removeEventListener('abort', cancel)
      if (response.kind === 'error') reject(AppError.from(response.error))
      else if (response.kind === 'done') resolve(response.value)
    })
    options?.signal?.addEventListener('abort', cancel, { once: true })
  })
}

async function* iterate(
  start: Start,
  procedure: string,
  input: unknown,
  options?: CallOptions,
): AsyncGenerator<unknown, void> {
  if (options?.signal?.aborted) throw cancelled()
  const queue: Response[] = []
  let wake = (): void => undefined
  const cancel = start(procedure, input, (response) => {
    queue.push(response)
    wake()
  })
  options?.signal?.addEventListener('abort', cancel, { once: true })
  try {
    for (;;) {
      const response = queue.shift()
      if (!response) await new Promise<void>((resolve) => (wake = resolve))
      else if (response.kind === 'next') yield response.value
      else if (response.kind === 'error') throw AppError.from(response.error)
      else return
    }
  } finally {
    options?.signal?.removeEventListener('abort', cancel)
    cancel()
  }
}
