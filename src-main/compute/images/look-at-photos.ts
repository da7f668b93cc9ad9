import { toAppError } from '#shared/contract/app-error.ts'
import type { PhotoLook } from '../protocol.ts'
import { decodePhoto } from './decode-photo.ts'
import { perceptualHash } from './perceptual-hash.ts'

/** Two: whoever works with photos meanwhile must not wait for a crowd. */
const photosAtOnce = 2

/** What each photo looks like, in order. A photo that cannot be decoded is answered with its problem, never thrown. */
export async function* lookAtPhotos(files: readonly string[], signal: AbortSignal): AsyncGenerator<PhotoLook[]> {
  for (let start = 0; start < files.length; start += photosAtOnce) {
    signal.throwIfAborted()
    yield await Promise.all(files.slice(start, start + photosAtOnce).map(lookAt))
  }
}

async function lookAt(file: string): Promise<PhotoLook> {
  try {
    return { bits: await perceptualHash(await decodePhoto(file)), problem: null }
  } catch (error) {
    return { bits: null, problem: toAppError(error).message }
  }
}
