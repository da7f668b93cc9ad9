import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { contract } from '#shared/contract/contract.ts'
import type { Channel, Request } from '#shared/rpc/types.ts'

/** What the page may ask for: the contract's procedures by name, nothing else. */
const allowed = new Set(
  Object.entries(contract).flatMap(([service, procedures]) =>
    Object.keys(procedures).map((name) => `${service}.${name}`),
  ),
)

const isAllowed = (message: unknown): message is Request => {
  const request = message as Partial<Request> | null
  return request?.kind === 'cancel' || (request?.kind === 'start' && allowed.has(request.procedure ?? ''))
}

/** Asks the main process for a message port of this page's own and hands it on as plain functions. */
async function connect(): Promise<Channel> {
  const arrived = new Promise<MessagePort>((resolve) => {
    ipcRenderer.once('lectern:port', (event) => resolve(event.ports[0]!))
  })
  await ipcRenderer.invoke('lectern:connect')
  const port = await arrived
  return {
    send: (message) => {
      if (!isAllowed(message)) throw new Error('refused: not a call of the contract')
      port.postMessage(message)
    },
    onMessage: (listener) => {
      port.onmessage = (event: MessageEvent<unknown>) => listener(event.data)
    },
    onClose: (listener) => port.addEventListener('close', () => listener(), { once: true }),
  }
}

contextBridge.exposeInMainWorld('lectern', {
  connect,
  pathForFile: (file: File) => webUtils.getPathForFile(file),
  mediaUrl: (mediaPath: string) => `lectern://app/media/${mediaPath}`,
})
