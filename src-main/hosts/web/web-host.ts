import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { AppError } from '#shared/contract/app-error.ts'
import { contract, type LecternContract } from '#shared/contract/contract.ts'
import { serve } from '#shared/rpc/serve.ts'
import type { Handlers } from '#shared/rpc/types.ts'
import type { MediaResponse } from '#main/workbench/media/media-response.ts'
import { readPageFile } from '../page.ts'
import { createCookieGuard, type CookieGuard } from './cookie-guard.ts'
import { socketChannel } from './socket-channel.ts'

export interface WebHostParts {
  readonly handlers: Handlers<LecternContract>
  readonly media: (path: string) => Promise<MediaResponse>
  readonly rendererFolder: string
  /** 0 lets the system choose. */
  readonly port: number
}

export interface WebHost {
  /** The address with its token: whoever opens it is let in. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/** The same application as in Electron, in any browser of this machine: 127.0.0.1 only, token, Origin check. */
export async function startWebHost(parts: WebHostParts): Promise<WebHost> {
  const server = createServer()
  const port = await listen(server, parts.port)
  const guard = createCookieGuard(port)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 })

  server.on('request', (request, response) => {
    answer(parts, guard, port, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (urlOf(request).pathname !== '/rpc' || !guard.allowsMessages(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => serve(contract, parts.handlers, socketChannel(client)))
  })
  return {
    address: `http://127.0.0.1:${port}${guard.entrance}`,
    port,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const urlOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://127.0.0.1')

async function answer(
  parts: WebHostParts,
  guard: CookieGuard,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = urlOf(request)
  const cookie = url.pathname === '/' ? guard.admit(url) : null
  if (cookie) {
    response.writeHead(303, { location: '/', 'set-cookie': cookie, 'referrer-policy': 'no-referrer' }).end()
    return
  }
  if (!guard.allows(request)) {
    const why = 'Open Lectern with the address that its terminal shows: it carries a token that lets this browser in.\n'
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(why)
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405).end()
    return
  }
  if (url.pathname.startsWith('/media/')) {
    const media = await parts.media(decodeURIComponent(url.pathname.slice('/media/'.length)) + url.search)
    response.writeHead(media.status, media.headers).end(media.body)
    return
  }
  const sources = { connect: [`ws://127.0.0.1:${port}`, `ws://localhost:${port}`] }
  const file = await readPageFile(parts.rendererFolder, url.pathname, sources)
  if (file) response.writeHead(200, file.headers).end(file.bytes)
  else response.writeHead(404).end()
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError('host.port-in-use', `Port ${port} is taken by another program. Choose another with --port.`, {
              port,
            })
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
