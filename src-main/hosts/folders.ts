import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { errorCode, makeFolder } from '#main/workbench/files.ts'
import { AppError } from '#shared/contract/app-error.ts'
import type { FolderEntry } from '#shared/contract/host.ts'

export interface FolderListing {
  readonly folder: string
  readonly parent: string | null
  readonly entries: readonly FolderEntry[]
}

/** Folders first, then files, by name; hidden ones are left out. `null` lists the user's home folder. */
export async function listFolder(folder: string | null): Promise<FolderListing> {
  const at = resolve(folder ?? homedir())
  const names = await readdir(at, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'host.folder-unreadable',
      `The folder "${at}" cannot be read (${error.code ?? error.message}).`,
      {
        folder: at,
      },
    )
  })
  const entries = await Promise.all(
    names.filter((one) => !one.name.startsWith('.')).map((one) => describe(join(at, one.name), one.name)),
  )
  const byName = (a: FolderEntry, b: FolderEntry) =>
    Number(a.kind === 'file') - Number(b.kind === 'file') || a.name.localeCompare(b.name, undefined, { numeric: true })
  const parent = dirname(at)
  return {
    folder: at,
    parent: parent === at ? null : parent,
    entries: entries.filter((one) => one !== null).sort(byName),
  }
}

async function describe(path: string, name: string): Promise<FolderEntry | null> {
  const facts = await stat(path).catch(() => null)
  if (!facts) return null
  if (facts.isDirectory()) {
    return { name, path, kind: 'folder', bytes: null, isProject: existsSync(join(path, 'project.sqlite')) }
  }
  return facts.isFile() ? { name, path, kind: 'file', bytes: facts.size, isProject: false } : null
}

export function createFolder(folder: string): null {
  try {
    makeFolder(folder)
  } catch (error) {
    const why = errorCode(error) ?? String(error)
    const sentence = `The folder "${folder}" cannot be made (${why}). Choose another place for it.`
    throw new AppError('host.folder-not-created', sentence, { folder })
  }
  return null
}
