import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Who may talk to the local host: only a browser that opened the address with its one-time token (kept as a strict,
 * http-only cookie), only under the host's own name (no DNS rebinding), and for messages only from the host's own page.
 */
export interface CookieGuard {
  /** Path and query that let a browser in. */
  readonly entrance: string
  /** Value of Set-Cookie where `url` is the entrance, else null. */
  admit(url: URL): string | null
  /** Whether the request comes from an admitted browser under the host's own name. */
  allows(request: IncomingMessage): boolean
  /** As `allows`, and sent by the host's own page. */
  allowsMessages(request: IncomingMessage): boolean
}

export function createCookieGuard(port: number): CookieGuard {
  const token = randomBytes(32).toString('hex')
  // Browsers share cookies between the ports of one address, so the name carries the port.
  const cookie = `lectern-${port}`
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  const origins = new Set([...hosts].map((host) => `http://${host}`))

  const allows = (request: IncomingMessage): boolean =>
    hosts.has(request.headers.host ?? '') && equal(cookieValue(request.headers.cookie, cookie), token)
  return {
    entrance: `/?token=${token}`,
    admit: (url) =>
      equal(url.searchParams.get('token'), token) ? `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict` : null,
    allows,
    allowsMessages: (request) => allows(request) && origins.has(request.headers.origin ?? ''),
  }
}

function cookieValue(header: string | undefined, name: string): string | null {
  const found = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
  return found?.slice(name.length + 1) ?? null
}

const equal = (given: string | null, wanted: string): boolean =>
  given?.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
