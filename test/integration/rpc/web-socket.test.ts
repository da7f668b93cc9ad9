import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { WebSocketServer, type WebSocket } from 'ws'
import { describe } from 'vitest'
import { socketChannel } from '#main/hosts/web/socket-channel.ts'
import { openWebSocket } from '../../../src-renderer/bridge/web-socket-channel.ts'
import { rpcContractSuite } from '../../support/rpc-contract.ts'

describe('rpc over a WebSocket, with the page’s own end of it', () => {
  rpcContractSuite(async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[WebSocket]>
    const client = await openWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const [socket] = await accepted
    const close = () =>
      new Promise<void>((resolve) => {
        for (const one of server.clients) one.terminate()
        server.close(() => resolve())
      })
    return { client, server: socketChannel(socket), close }
  })
})
