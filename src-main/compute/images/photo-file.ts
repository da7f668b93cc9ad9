import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { AppError } from '#shared/contract/app-error.ts'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { unreadable } from './photo-error.ts'
import { byteWindow } from './photo-header/byte-window.ts'
import { nameContent } from './photo-header/name-content.ts'
import type { PhotoHeader } from './photo-header/photo-header.ts'
import { readPhotoHeader } from './photo-header/read-photo-header.ts'

const mostBytes = 2 ** 30

/** The header alone: a few kilobytes of the file are read; null where it is no photo. Throws AppError `photo.unreadable`. */
export function photoHeader(file: string): PhotoHeader | null {
  return lookInto(file, (source) => readPhotoHeader(source))
}

/** The refusal of a file that has no photo's header, saying what it is instead. */
export function noPhoto(file: string): AppError {
  return unreadable(file, lookInto(file, (source) => nameContent(byteWindow(source))) ?? 'it is no file')
}

/** What `look` finds in the file; null where it is no plain file. */
function lookInto<Found>(file: string, look: (source: ByteSource) => Found): Found | null {
  let descriptor: number | null = null
  try {
    descriptor = openSync(file, 'r')
    const opened = descriptor
    const facts = fstatSync(opened)
    const read = (target: Uint8Array, offset: number) => readSync(opened, target, 0, target.byteLength, offset)
    return facts.isFile() ? look(positionedSource(facts.size, read)) : null
  } catch (error) {
    throw readFailure(file, error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}

/** All bytes of a file. Throws AppError `photo.unreadable`. */
export async function readWhole(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size > mostBytes) throw unreadable(file, `it is ${Math.round(size / 2 ** 20)} MiB long`)
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw readFailure(file, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the file is not there',
  EISDIR: 'it is a folder',
  EACCES: 'access is denied',
}

/** A missing or forbidden file as `photo.unreadable`; anything else stays what it is. */
export function readFailure(file: string, error: unknown): unknown {
  const code = error instanceof Error && error.name !== 'AppError' && 'code' in error ? String(error.code) : null
  return code === null ? error : unreadable(file, reasons[code] ?? `the system says ${code}`, error)
}
