import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '#main/exchange/make-folder.ts'
import { AppError } from '#shared/contract/app-error.ts'

export { makeFolder }

/** Writes a whole file or nothing: into a file beside it, flushed, then renamed over the old one. */
export async function writeFileAtomically(
  file: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<void> {
  const beside = `${file}.${randomUUID()}.part`
  try {
    makeFolder(dirname(file))
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    // What cannot be removed either must not hide why the write failed.
    await rm(beside, { force: true }).catch(() => undefined)
    throw fileError(file, error)
  }
}

/** The AppError of a failed write, naming the file and the reason. */
export function fileError(file: string, error: unknown): unknown {
  const code = errorCode(error)
  if (code === null) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'project.disk-full',
      `There is no room left on the disk for ${file}. Free some space and do it again.`,
      {
        file,
      },
    )
  }
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new AppError(
      'project.read-only',
      `${file} cannot be written. Check the permissions of its folder, or choose a folder of your own.`,
      { file, reason: code },
    )
  }
  if (code === 'ENOENT') {
    return new AppError('file.missing', `${file} is not there. Check the path.`, { file })
  }
  const why = reasons[code] ?? `the system says ${code}`
  const message = `${file} could not be read or written: ${why}. Choose another place for it.`
  return new AppError('file.failed', message, { file, reason: code })
}

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a file of that name is there',
  EISDIR: 'a folder of that name is there',
  ENOTSUP: 'no folder can be made there',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
}

/** `ENOENT` and the like, or null for what the file system did not throw. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E')
    ? error.code
    : null
}
