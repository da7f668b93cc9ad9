import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import { hashFile } from '#main/exchange/files.ts'
import { toAppError } from '#shared/contract/app-error.ts'
import type { PhotoFacts } from '../protocol.ts'
import { readFailure } from './decode-photo.ts'
import { isTooLarge, notAPhoto, tooLarge, unreadable } from './photo-error.ts'
import { uprightSize } from './photo-header/photo-header.ts'
import type { PhotoHeader } from './photo-header/photo-header.ts'
import { readPhotoHeader } from './photo-header/read-photo-header.ts'

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
    if (!header) return { file, size: null, sha256, takenAt: null, problem: unreadable(file, notAPhoto).message }
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

/** The header alone: a few kilobytes of the file are read. Throws the system's error where the file cannot be opened. */
export function photoHeader(file: string): PhotoHeader | null {
  const descriptor = openSync(file, 'r')
  try {
    const facts = fstatSync(descriptor)
    const read = (target: Uint8Array, offset: number) => readSync(descriptor, target, 0, target.byteLength, offset)
    return facts.isFile() ? readPhotoHeader(positionedSource(facts.size, read)) : null
  } finally {
    closeSync(descriptor)
  }
}
