import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { positionedSource } from '#main/codecs/bytes/byte-source.ts'
import { readPickle } from '#main/codecs/pickle/read-pickle.ts'
import type { PickleValue } from '#main/codecs/pickle/values.ts'
import { assertPlainFile, fileNameOf, readFailure } from '../files.ts'

/** The value of a pickle file. Throws AppError `exchange.file-missing`, `exchange.file-unreadable` or `pickle.*`. */
export function readPickleFile(file: string): PickleValue {
  assertPlainFile(file)
  let descriptor: number | null = null
  try {
    const opened = openSync(file, 'r')
    descriptor = opened
    const readAt = (target: Uint8Array, offset: number): number =>
      readSync(opened, target, 0, target.byteLength, offset)
    return readPickle(positionedSource(fstatSync(opened).size, readAt), { file: fileNameOf(file) })
  } catch (error) {
    throw readFailure(file, error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
