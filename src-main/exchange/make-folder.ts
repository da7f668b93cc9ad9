import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { systemCode } from './files.ts'

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never returns below a folder that answers every new one
 * with "no such file", as /proc does. Throws the system's error, with code `ENOTDIR` where a part of the path is a file, and `ENOTSUP` where
 * the folder above is there and takes none.
 */
export function makeFolder(folder: string): void {
  const at = resolve(folder)
  if (isFolder(at)) return
  const above = dirname(at)
  if (above !== at) makeFolder(above)
  try {
    mkdirSync(at)
  } catch (error) {
    // Somebody else may have been faster.
    if (isFolder(at)) return
    throw refusal(at, error)
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function refusal(folder: string, error: unknown): unknown {
  const code = { EEXIST: 'ENOTDIR', ENOENT: 'ENOTSUP' }[systemCode(error) ?? '']
  return code ? Object.assign(new Error(`${folder}: ${code}`, { cause: error }), { code }) : error
}
