import type { Desktop } from './desktop.ts'

type SchemeHandler = Parameters<Electron.Protocol['handle']>[1]

/**
 * Custom schemes. Stock Chromium loads no document, module or fetch from an unknown scheme, so the hosts of a standard
 * scheme are served as made-up https origins: `lectern://app/x` is `https://app.lectern.test/x` inside Chromium, and is
 * translated back wherever main or the preload see it.
 */
export class Schemes {
  readonly handlers = new Map<string, SchemeHandler>()
  readonly standard = new Set<string>()
  private readonly desktop: Desktop

  constructor(desktop: Desktop) {
    this.desktop = desktop
  }

  toAlias(url: string): string {
    const { protocol, host } = new URL(url)
    const scheme = protocol.slice(0, -1)
    return this.standard.has(scheme) ? `https://${host}.${scheme}.test${url.slice(`${scheme}://${host}`.length)}` : url
  }

  fromAlias(url: string): string {
    return url.replace(/^https:\/\/([^/]+)\.([^./]+)\.test(?=[/?#]|$)/, (whole, host: string, scheme: string) =>
      this.standard.has(scheme) ? `${scheme}://${host}` : whole,
    )
  }

  /** What Chromium would get for this URL. The network fails closed, and every attempt is recorded. */
  async fetch(url: string, init?: RequestInit): Promise<Response> {
    const handler = this.handlers.get(new URL(url).protocol.slice(0, -1))
    if (handler) return handler(new Request(url, init))
    this.desktop.calls.push(['network', url])
    const known = this.desktop.options.network?.(url)
    if (known) return known
    throw new Error('net::ERR_INTERNET_DISCONNECTED')
  }
}

export const doubleProtocol = (schemes: Schemes, isReady: () => boolean) =>
  ({
    registerSchemesAsPrivileged(list) {
      if (isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
      for (const { scheme, privileges } of list) if (privileges?.standard) schemes.standard.add(scheme)
    },
    handle(scheme, handler) {
      if (schemes.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
      schemes.handlers.set(scheme, handler)
    },
  }) satisfies Partial<Electron.Protocol>
