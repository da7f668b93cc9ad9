import type { BrowserContext, Page, Route } from 'playwright-core'
import type { Desktop } from './desktop.ts'
import type { Schemes } from './schemes.ts'

/** Makes `window.open` give null, as after a denial in Electron; CDP still tells of the attempt. */
const noPopups = 'sandbox allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-pointer-lock'

export interface RequestParts {
  readonly desktop: Desktop
  readonly schemes: Schemes
  /** Asks will-navigate of the window that shows this page. */
  readonly mayNavigate: (page: Page, url: string) => boolean
}

/** Answers every request of every window of this browser context from the scheme handlers. */
export async function serveRequests(context: BrowserContext, parts: RequestParts): Promise<void> {
  await context.route('**/*', (route) => answer(route, parts))
}

async function answer(route: Route, { desktop, schemes, mayNavigate }: RequestParts): Promise<void> {
  const request = route.request()
  const url = schemes.fromAlias(request.url())
  try {
    const isDocument = request.isNavigationRequest()
    const isTop = isDocument && request.frame().parentFrame() === null
    // Aborted, the page stays where it is.
    if (isTop && !mayNavigate(request.frame().page(), url)) return await route.abort('aborted')
    const body = request.postDataBuffer()
    const init = { method: request.method(), headers: request.headers(), ...(body && { body: new Uint8Array(body) }) }
    const response = await schemes.fetch(url, init)
    const headers = Object.fromEntries(response.headers)
    if (isDocument) {
      headers['content-security-policy'] = [headers['content-security-policy'], noPopups].filter(Boolean).join(', ')
    }
    await route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) })
  } catch (error) {
    desktop.calls.push(['request-failed', url, String(error)])
    await route.abort('failed').catch(() => undefined)
  }
}
