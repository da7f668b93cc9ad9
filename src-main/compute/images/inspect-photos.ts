import { hashFile } from '#main/exchange/files.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import type { PhotoFacts } from '../protocol.ts'
import { isTooLarge, tooLarge } from './photo-error.ts'
import { uprightSize } from './photo-header/photo-header.ts'
import { noPhoto, photoHeader, readFailure } from './photo-file.ts'

const filesAtOnce = 16

/** Facts of each file, in order, sixteen at a time. A file that is no photo is answered with its problem, never thrown. */
export async function* inspectPhotos(files: readonly string[], signal: AbortSignal): AsyncGenerator<PhotoFacts[]> {
  for (let start = 0; start < files.length; start += filesAtOnce) {
    signal.throwIfAborted()
    yield await Promise.all(files.slice(start, start + filesAtOnce).map((file) => inspectPhoto(file, signal)))
  }
}

async function inspectPhoto(file: string, signal: AbortSignal): Promise<PhotoFacts> {
  try {
    const header = photoHeader(file)
    const sha256 = await hashFile(file, signal)
    if (!header) return { file, size: null, sha256, takenAt: null, problem: noPhoto(file).message }
    const size = uprightSize(header)
    if (isTooLarge(size.widthPx, size.heightPx)) {
      const problem = tooLarge(file, size.widthPx, size.heightPx).message
      return { file, size: null, sha256, takenAt: header.takenAt, problem }
    }
    return { file, size, sha256, takenAt: header.takenAt, problem: null }
  } catch (error) {
    if (signal.aborted) throw error
    const problem = toAppError(readFailure(file, error)).message
    return { file, size: null, sha256: '', takenAt: null, problem }
  }
}
