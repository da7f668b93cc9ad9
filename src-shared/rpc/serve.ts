import { AppError, cancelled, toAppError } from '#shared/contract/app-error.ts'
import type { Contract, Procedure } from '#shared/contract/procedure.ts'
import type { CallContext, Channel, Handlers, Request, Response } from './types.ts'

type AnyHandler = (input: unknown, context: CallContext) => unknown

/**
 * Answers the calls that come over `channel` until it closes; every input is parsed by the contract's schema first. When
 * the channel closes its streams end, but calls go on to their end: a page that is reloaded does not cancel its jobs.
 */
export function serve<C extends Contract>(contract: C, handlers: Handlers<C>, channel: Channel): void {
  const running = new Map<number, AbortController>()
  const streaming = new Set<AbortController>()
  let closed = false
  const reply = (response: Response) => {
    if (!closed) channel.send(response)
  }

  const start = async (request: Extract<Request, { kind: 'start' }>): Promise<void> => {
    const controller = new AbortController()
    running.set(request.id, controller)
    try {
      const { procedure, handler } = find(contract, handlers, request.procedure)
      if (procedure.kind === 'stream') streaming.add(controller)
      const answer = handler(parseInput(procedure, request), { signal: controller.signal })
      const value =
        procedure.kind === 'stream' ? await pump(answer, request.id, controller.signal, reply) : await answer
      reply({ kind: 'done', id: request.id, value })
    } catch (error) {
      reply({ kind: 'error', id: request.id, error: toAppError(error).toJSON() })
    } finally {
      running.delete(request.id)
      streaming.delete(controller)
    }
  }

  channel.onMessage((message) => {
    // What is no request has no id that could be answered, and must not end the process of everybody else.
    if (!isRequest(message)) return
    if (message.kind === 'start') void start(message)
    else running.get(message.id)?.abort(cancelled())
  })
  channel.onClose(() => {
    closed = true
    for (const controller of streaming) controller.abort(cancelled())
  })
}

function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null || !('kind' in message) || !('id' in message)) return false
  if (typeof message.id !== 'number') return false
  return (
    message.kind === 'cancel' ||
    (message.kind === 'start' && 'procedure' in message && typeof message.procedure === 'string')
  )
}

async function pump(
  answer: unknown,
  id: number,
  signal: AbortSignal,
  reply: (response: Response) => void,
): Promise<undefined> {
  for await (const value of answer as AsyncIterable<unknown>) {
    if (signal.aborted) throw cancelled()
    reply({ kind: 'next', id, value })
  }
  return undefined
}

function find<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  path: string,
): { procedure: Procedure; handler: AnyHandler } {
  const [service = '', name = ''] = path.split('.')
  const known = Object.hasOwn(contract, service) && Object.hasOwn(contract[service]!, name)
  if (!known) throw new AppError('rpc.procedure-unknown', `There is no procedure "${path}".`, { procedure: path })
  const handler = handlers[service]![name] as unknown as AnyHandler
  return { procedure: contract[service]![name]!, handler }
}

function parseInput(procedure: Procedure, request: { procedure: string; input: unknown }): unknown {
  const parsed = procedure.input.safeParse(request.input)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`)
  throw new AppError('rpc.input-invalid', `"${request.procedure}" was called with bad input. ${issues.join('; ')}.`, {
    procedure: request.procedure,
    issues,
  })
}
