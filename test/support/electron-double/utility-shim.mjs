// Loaded before a utility process's own script: gives it `process.parentPort` in place of Node's `process.send`.
import { EventEmitter } from 'node:events'

const { send } = process
if (send) {
  const port = new EventEmitter()
  port.postMessage = (message) => void (process.connected && send.call(process, message))
  // Messages wait in Node's channel until somebody listens.
  port.once('newListener', () => process.on('message', (data) => port.emit('message', { data, ports: [] })))
  Object.defineProperty(process, 'parentPort', { value: port })
  Object.defineProperty(process, 'send', { value: undefined })
  // Electron ends its utility processes together with itself.
  process.once('disconnect', () => process.exit(0))
}
// Processes that this one forks are ordinary ones.
process.execArgv.length = 0
