import { AppError } from '#shared/contract/app-error.ts'
import { call, stream } from '#shared/contract/procedure.ts'
import { connect } from '#shared/rpc/connect.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Channel, Handlers } from '#shared/rpc/types.ts'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'

const toy = {
  numbers: {
    double: call(z.object({ value: z.number() }))<number>(),
    halves: call(z.object({ values: z.custom<Float32Array>() }))<Float32Array>(),
    fail: call(z.object({}))<null>(),
    hang: call(z.object({}))<null>(),
    count: stream(z.object({ to: z.number() }))<number>(),
    forever: stream(z.object({}))<number>(),
  },
}

interface Joined {
  readonly server: Channel
  readonly client: Channel
  close(): Promise<void> | void
}

/** The same promises hold over every transport: this suite runs on each of them. */
export function rpcContractSuite(join: () => Promise<Joined>): void {
  const start = async () => {
    const seen = { aborted: 0, ended: 0 }
    const handlers: Handlers<typeof toy> = {
      numbers: {
        double: ({ value }) => value * 2,
        halves: ({ values }) => values.map((value) => value / 2),
        fail: () => {
          throw new AppError('toy.fails', 'It fails: 42.', { value: 42 })
        },
        hang: (_input, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              seen.aborted++
              reject(signal.reason as Error)
            })
          }),
        count: async function* ({ to }) {
          for (let at = 1; at <= to; at++) {
            await Promise.resolve()
            yield at
          }
        },
        forever: async function* (_input, { signal }) {
          try {
            for (let at = 1; !signal.aborted; at++) {
              await new Promise((resolve) => setTimeout(resolve, 1))
              yield at
            }
          } finally {
            seen.ended++
          }
        },
      },
    }
    const joined = await join()
    serve(toy, handlers, joined.server)
    return { client: connect(toy, joined.client), seen, close: () => joined.close() }
  }

  test('a call answers, typed arrays stay typed arrays', async () => {
    const { client, close } = await start()
    expect(await client.numbers.double({ value: 21 })).toBe(42)
    expect(await client.numbers.halves({ values: Float32Array.of(1, 3) })).toEqual(Float32Array.of(0.5, 1.5))
    await close()
  })

  test('an AppError keeps code, sentence and details', async () => {
    const { client, close } = await start()
    const error = await client.numbers.fail({}).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'toy.fails', message: 'It fails: 42.', details: { value: 42 } })
    await close()
  })

  test('bad input never reaches the handler', async () => {
    const { client, close } = await start()
    const bad = { value: 'x' } as unknown as { value: number }
    await expect(client.numbers.double(bad)).rejects.toMatchObject({ code: 'rpc.input-invalid' })
    await close()
  })

  test('a stream yields in order and ends', async () => {
    const { client, close } = await start()
    const values: number[] = []
    for await (const value of client.numbers.count({ to: 5 })) values.push(value)
    expect(values).toEqual([1, 2, 3, 4, 5])
    await close()
  })

  test('leaving a stream early stops the server', async () => {
    const { client, seen, close } = await start()
    for await (const value of client.numbers.forever({})) if (value === 3) break
    await vi.waitFor(() => expect(seen.ended).toBe(1))
    await close()
  })

  test('an abort signal cancels a call, and the call ends with job.cancelled', async () => {
    const { client, seen, close } = await start()
    const controller = new AbortController()
    const call = client.numbers.hang({}, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(call).rejects.toMatchObject({ code: 'job.cancelled' })
    expect(seen.aborted).toBe(1)
    await close()
  })

  test('a closed channel fails what is in flight and what comes after; its streams end, its calls go on', async () => {
    const { client, seen, close } = await start()
    const call = client.numbers.hang({})
    const failed = expect(call).rejects.toMatchObject({ code: 'rpc.disconnected' })
    const stream = client.numbers.forever({})[Symbol.asyncIterator]()
    await stream.next()
    await close()
    await failed
    await vi.waitFor(() => expect(seen.ended).toBe(1))
    expect(seen.aborted).toBe(0)
    await expect(client.numbers.double({ value: 1 })).rejects.toMatchObject({ code: 'rpc.disconnected' })
  })
}
