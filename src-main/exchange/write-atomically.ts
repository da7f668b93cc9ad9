import { Buffer } from 'node:buffer'
import { createHash, randomUUID } from 'node:crypto'
import { open, rename, stat } from 'node:fs/promises'
import { removeLeftover, writeFailure } from './files.ts'

/** A file that is written but not yet in its place. */
export interface StagedFile {
  readonly bytes: number
  readonly sha256: string
  /** Puts it in place of whatever is there. */
  commit(): Promise<void>
  discard(): Promise<void>
}

/** Pieces are collected to about this much before they go to the disk. */
const batchBytes = 2 ** 20

/**
 * Writes pieces to a temporary file beside `file` and yields the bytes written so far. Throws an AppError of `code` where the disk does
 * not take them, and the signal's reason when it aborts; the temporary file is then gone, as it is after `commit` and `discard`.
 */
export async function* stageFile(
  file: string,
  pieces: Iterable<Uint8Array>,
  code: string,
  signal?: AbortSignal,
): AsyncGenerator<number, StagedFile> {
  await assertReplaceable(file, code)
  const staged = `${file}.${randomUUID().slice(0, 8)}.part`
  const discard = (): Promise<void> => removeLeftover(staged)
  const hash = createHash('sha256')
  let bytes = 0
  let complete = false
  try {
    await using handle = await open(staged, 'wx')
    for (const batch of batches(pieces)) {
      signal?.throwIfAborted()
      hash.update(batch)
      await handle.writeFile(batch)
      bytes += batch.byteLength
      yield bytes
    }
    await handle.sync()
    complete = true
  } catch (error) {
    throw writeFailure(code, file, error)
  } finally {
    if (!complete) await discard()
  }
  const commit = async (): Promise<void> => {
    try {
      await rename(staged, file)
    } catch (error) {
      await discard()
      throw writeFailure(code, file, error)
    }
  }
  return { bytes, sha256: hash.digest('hex'), commit, discard }
}

/** A device or a pipe would be gone for every other program once a file took its place. */
async function assertReplaceable(file: string, code: string): Promise<void> {
  const facts = await stat(file).catch(() => null)
  if (facts === null || facts.isFile() || facts.isDirectory()) return
  throw writeFailure(code, file, Object.assign(new Error('not a plain file'), { code: 'EEXIST' }))
}

function* batches(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let batch: Uint8Array[] = []
  let size = 0
  const whole = (): Uint8Array => (batch.length === 1 ? batch[0]! : Buffer.concat(batch))
  for (const piece of pieces) {
    batch.push(piece)
    size += piece.byteLength
    if (size < batchBytes) continue
    yield whole()
    batch = []
    size = 0
  }
  if (size > 0) yield whole()
}
