import { channelPair } from '#shared/rpc/channel-pair.ts'
import { connect } from '#shared/rpc/connect.ts'
import { serve } from '#shared/rpc/serve.ts'
import { call } from '#shared/contract/procedure.ts'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rpcContractSuite } from '../../support/rpc-contract.ts'

describe('rpc over a pair in one process', () => {
  rpcContractSuite(() => {
    const [client, server] = channelPair()
    return Promise.resolve({ client, server, close: () => client.close() })
  })
})

test('inherited names are no procedures', async () => {
  const [near, far] = channelPair()
  const toy = { a: { b: call(z.object({}))<number>() } }
  serve(toy, { a: { b: () => 1 } }, far)
  const wide = connect({ a: { ...toy.a, toString: call(z.object({}))<number>() }, constructor: toy.a }, near)
  await expect(wide.a.toString({})).rejects.toMatchObject({ code: 'rpc.procedure-unknown' })
  await expect(wide.constructor.b({})).rejects.toMatchObject({ code: 'rpc.procedure-unknown' })
})
