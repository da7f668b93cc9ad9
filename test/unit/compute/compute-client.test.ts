import { channelPair } from '#shared/rpc/channel-pair.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import { createComputeClient } from '#main/compute/launcher/compute-client.ts'
import type { ComputeChild, ComputeExit } from '#main/compute/launcher/compute-child.ts'
import { computeContract } from '#main/compute/protocol.ts'
import type { ComputeContract } from '#main/compute/protocol.ts'
import { expect, test, vi } from 'vitest'

interface Child extends ComputeChild {
  end(exit: ComputeExit): void
  readonly killed: () => boolean
}

/** A compute process inside this one: crops are answered, thumbnails never, and it ends when told to. */
function startChild(): Child {
  const [server, client] = channelPair()
  const unused = (): never => {
    throw new Error('this test does not call it')
  }
  const services = Object.entries(computeContract).map(([name, service]) => [
    name,
    Object.fromEntries(Object.keys(service).map((procedure) => [procedure, unused])),
  ])
  const nothing = Object.fromEntries(services) as Handlers<ComputeContract>
  const handlers: Handlers<ComputeContract> = {
    ...nothing,
    photos: {
      ...nothing.photos,
      crop: ({ longerSidePx }) => Uint8Array.of(longerSidePx),
      thumbnail: () => new Promise(() => undefined),
    },
  }
  serve(computeContract, handlers, server)
  const listeners: ((exit: ComputeExit) => void)[] = []
  let killed = false
  const end = (exit: ComputeExit): void => {
    server.close()
    for (const listener of listeners) listener(exit)
  }
  return {
    send: (message) => client.send(message),
    onMessage: (listener) => client.onMessage(listener),
    onExit: (listener) => void listeners.push(listener),
    kill: () => {
      killed = true
      end({ code: null, signal: 'SIGKILL', output: '' })
    },
    end,
    killed: () => killed,
  }
}

function start(graceMs = 10_000) {
  const children: Child[] = []
  const onCrash = vi.fn()
  const client = createComputeClient({
    fork: () => {
      const child = startChild()
      children.push(child)
      return child
    },
    onCrash,
    graceMs,
  })
  return { client, children, onCrash }
}

const region = { x: 0, y: 0, width: 1, height: 1 }
const cropInput = { file: 'a.jpg', region, longerSidePx: 7 }
const thumbnailInput = { file: 'a.jpg', out: 'b.jpg', longerSidePx: 7 }

test('one process serves all calls', async () => {
  const { client, children } = start()
  expect(await client.photos.crop(cropInput)).toEqual(Uint8Array.of(7))
  expect(await client.photos.crop(cropInput)).toEqual(Uint8Array.of(7))
  expect(children).toHaveLength(1)
})

test('an exit code and the last line that it printed are told, once, to whoever asked', async () => {
  const { client, children, onCrash } = start()
  const calls = [client.photos.thumbnail(thumbnailInput), client.photos.thumbnail(thumbnailInput)]
  const failed = calls.map((call) =>
    expect(call).rejects.toMatchObject({
      code: 'compute.crashed',
      message: expect.stringMatching(/exit code 134.*free\(\): invalid pointer/) as string,
      details: { exitCode: 134, signal: null },
    }),
  )
  children[0]!.end({ code: 134, signal: null, output: 'starting\nfree(): invalid pointer' })
  await Promise.all(failed)
  expect(onCrash).toHaveBeenCalledOnce()
  expect(await client.photos.crop(cropInput)).toEqual(Uint8Array.of(7))
  expect(children).toHaveLength(2)
})

test('a process that ends while idle is replaced at the next call', async () => {
  const { client, children, onCrash } = start()
  await client.photos.crop(cropInput)
  children[0]!.end({ code: 0, signal: null, output: '' })
  expect(onCrash).toHaveBeenCalledOnce()
  expect(await client.photos.crop(cropInput)).toEqual(Uint8Array.of(7))
})

test('a cancelled call that ends in time leaves its process alone', async () => {
  const { client, children } = start(1)
  const controller = new AbortController()
  await client.photos.crop(cropInput, { signal: controller.signal })
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(children[0]!.killed()).toBe(false)
})

test('killing for a cancelled call is no crash', async () => {
  const { client, children, onCrash } = start(1)
  const controller = new AbortController()
  const hanging = expect(client.photos.thumbnail(thumbnailInput, { signal: controller.signal })).rejects
  const beside = expect(client.photos.thumbnail(thumbnailInput)).rejects
  controller.abort()
  await hanging.toMatchObject({ code: 'job.cancelled' })
  await beside.toMatchObject({ code: 'compute.stopped' })
  expect(children[0]!.killed()).toBe(true)
  expect(onCrash).not.toHaveBeenCalled()
})

test('closing twice, and closing what never started', async () => {
  const idle = start()
  await idle.client.close()
  expect(idle.children).toHaveLength(0)
  const { client, children } = start()
  await client.photos.crop(cropInput)
  await client.close()
  await client.close()
  expect(children[0]!.killed()).toBe(true)
  await expect(client.photos.crop(cropInput)).rejects.toMatchObject({ code: 'compute.closed' })
})
