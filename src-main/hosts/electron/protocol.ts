import { protocol } from 'electron'
import type { MediaResponse } from '#main/workbench/media/media-response.ts'
import { readPageFile } from '../page.ts'

export const scheme = 'lectern'
/** The page's only origin. Images lie below /media/ of the same origin, so that `img-src 'self'` is enough. */
export const origin = `${scheme}://app`

export interface ProtocolParts {
  readonly media: (path: string) => Promise<MediaResponse>
  readonly rendererFolder: string
}

/** Answers lectern://app/… with the built renderer and with the project's images. */
export function handleProtocol({ media, rendererFolder }: ProtocolParts): void {
  protocol.handle(scheme, async (request) => {
    const url = new URL(request.url)
    if (url.host !== 'app') return new Response('not found', { status: 404 })
    if (url.pathname.startsWith('/media/')) {
      const path = decoded(url.pathname.slice('/media/'.length))
      if (path === null) return new Response('bad address', { status: 400 })
      const found = await media(path + url.search)
      return new Response(found.body as BodyInit, { status: found.status, headers: { ...found.headers } })
    }
    const file = await readPageFile(rendererFolder, url.pathname, { connect: [] })
    return file
      ? new Response(file.bytes as BodyInit, { headers: { ...file.headers } })
      : new Response('not found', { status: 404 })
  })
}

/** Null for an address with a broken escape (`%ff`): nothing of ours is there. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
