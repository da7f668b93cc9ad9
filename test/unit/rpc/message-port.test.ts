import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Channel } from '#shared/rpc/types.ts'
import { describe } from 'vitest'
import { rpcContractSuite } from '../../support/rpc-contract.ts'

const portChannel = (port: MessagePort): Channel => ({
  send: (message) => port.postMessage(message),
  onMessage: (listener) => void port.on('message', listener),
  onClose: (listener) => void port.once('close', listener),
})

describe('rpc over a message port, as Electron carries it', () => {
  rpcContractSuite(() => {
    const { port1, port2 } = new MessageChannel()
    return Promise.resolve({ client: portChannel(port1), server: portChannel(port2), close: () => port1.close() })
  })
})
