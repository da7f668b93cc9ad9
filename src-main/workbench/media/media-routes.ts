import { AppError, toAppError } from '#shared/contract/app-error.ts'
import type { MediaResponse } from './media-response.ts'

/** Answers what lies below one first word of a media path; `rest` is what follows it, decoded. */
export type MediaHandler = (rest: string) => Promise<MediaResponse>

export interface MediaRoutes {
  /** `photo` answers `photo/12?v=3` with `rest` = `12`. */
  register(name: string, handler: MediaHandler): void
  /** Never throws: an error becomes its status and its sentence. */
  answer(path: string): Promise<MediaResponse>
}

export function createMediaRoutes(): MediaRoutes {
  const handlers = new Map<string, MediaHandler>()
  return {
    register: (name, handler) => void handlers.set(name, handler),
    answer: async (path) => {
      const [withoutQuery = ''] = path.split('?')
      const slash = withoutQuery.indexOf('/')
      const handler = handlers.get(withoutQuery.slice(0, slash))
      try {
        if (!handler) throw new AppError('media.unknown', `There is no image at ${path}.`, { path })
        return await handler(withoutQuery.slice(slash + 1))
      } catch (error) {
        return refusal(toAppError(error))
      }
    },
  }
}

/** Images are of one project at a time and ids come again in the next: nothing may be kept by a browser. */
export const imageResponse = (body: Uint8Array, contentType: string): MediaResponse => ({
  status: 200,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body,
})

const notFound = ['media.unknown', 'media.no-photo', 'media.photo-missing', 'media.no-region', 'project.none-open']

const refusal = ({ code, message }: AppError): MediaResponse => ({
  status: notFound.includes(code) ? 404 : code === 'media.outside' ? 403 : 500,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: `${code}: ${message}`,
})
