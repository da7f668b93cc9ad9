import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import type { ByteSource } from '#main/codecs/bytes/byte-source.ts'
import { readFailure } from '#main/exchange/files.ts'

/** Opens a file for random access while `work` runs. A file that cannot be opened is `exchange.file-missing` or `-unreadable`. */
export function withFileSource<Result>(file: string, work: (source: ByteSource) => Result): Result {
  let descriptor: number | null = null
  try {
    descriptor = openSync(file, 'r')
    const opened = descriptor
    const read = (target: Uint8Array, offset: number) => readSync(opened, target, 0, target.byteLength, offset)
    return work(positionedSource(fstatSync(opened).size, read))
  } catch (error) {
    throw readFailure(file, error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
