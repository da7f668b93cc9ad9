import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '#shared/contract/app-error.ts'

/** The system's code of a failed file operation (`ENOENT`, `ENOSPC`, …), or null for any other error. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : null
}

/** A failed read as an AppError: `exchange.file-missing`, `exchange.file-unreadable`; what is no system error stays as it is. */
export function readFailure(file: string, error: unknown): unknown {
  const code = systemCode(error)
  if (error instanceof AppError || code === null) return error
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('exchange.file-missing', `${file} is not there; check the path.`, { file }, { cause: error })
  }
  const why = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' || code === 'EPERM' ? 'access is denied' : code
  return unreadable(file, why, code, error)
}

/**
 * Refuses what is no file of bytes before it is opened: a pipe would wait for a writer, a device would never end.
 * Throws as `readFailure` says.
 */
export function assertPlainFile(file: string): void {
  let facts
  try {
    facts = statSync(file)
  } catch (error) {
    throw readFailure(file, error)
  }
  if (facts.isFile()) return
  const why = facts.isDirectory() ? 'it is a folder' : 'it is a device or a pipe'
  throw unreadable(file, why, facts.isDirectory() ? 'EISDIR' : 'EINVAL')
}

function unreadable(file: string, why: string, system: string, cause?: unknown): AppError {
  const message = `${file} cannot be read (${why}); choose a file that you may read.`
  return new AppError('exchange.file-unreadable', message, { file, system }, { cause })
}

const writeReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space or choose another disk',
  EDQUOT: 'your disk quota is used up; free some space or choose another disk',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'the folder is read-only for you; choose another folder',
  EPERM: 'the folder is read-only for you; choose another folder',
  ENOENT: 'its folder does not exist; create it or choose another one',
  ENOTDIR: 'its folder is a file; choose another folder',
  EFBIG: 'the file may not grow so large on this disk; choose another disk',
  EISDIR: 'a folder of that name exists; choose another name',
  EEXIST: 'a device or a pipe of that name exists; choose another name',
  ENOTSUP: 'no folder can be made there; choose another one',
}

/** A failed write as an AppError of the given code, with the system's reason in words; what is no system error stays as it is. */
export function writeFailure(code: string, file: string, error: unknown): unknown {
  const system = systemCode(error)
  if (error instanceof AppError || system === null) return error
  const why = writeReasons[system] ?? `${system}; choose another folder`
  const message = `${file} could not be written: ${why}. Nothing was left behind.`
  return new AppError(code, message, { file, system }, { cause: error })
}

/** Removes what a failed write left, if it is there; what cannot be removed must not hide why the write failed. */
export async function removeLeftover(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined)
}

/** SHA-256 of a file in hex, read as a stream. Throws as `readFailure` says; aborts with the signal. */
export async function hashFile(file: string, signal?: AbortSignal): Promise<string> {
  assertPlainFile(file)
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20, ...(signal ? { signal } : {}) })) {
      hash.update(chunk as Uint8Array)
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw readFailure(file, error)
  }
  return hash.digest('hex')
}

/** The last segment of a path from any system. */
export const fileNameOf = (path: string): string => basename(path.replaceAll('\\', '/'))
