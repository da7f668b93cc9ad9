import { hostname } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { AppError } from '#shared/contract/app-error.ts'
import { guarded } from './store-error.ts'

export interface FolderLock {
  release(): void
}

interface Holder {
  readonly pid: number
  readonly computer: string
}

/**
 * Takes the folder for this process until `release`, or until the process ends in whatever way: the operating system itself lets
 * go of a file lock, so that a crash leaves nothing to clean up and no reused process id can keep a project shut. The lock is
 * SQLite's on `project.lock`, a small database that names its holder.
 *
 * Throws AppError `project.in-use` naming the holder's process, or `project.read-only`.
 */
export function lockFolder(folder: string, pid: number): FolderLock {
  const file = join(folder, 'project.lock')
  const database = guarded(file, () => new BetterSqlite3(file, { timeout: 0 }))
  try {
    guarded(file, () => hold(database, pid))
  } catch (error) {
    const holder = error instanceof AppError && error.code === 'project.busy' ? readHolder(database) : null
    database.close()
    throw error instanceof AppError && error.code === 'project.busy' ? inUse(folder, holder) : error
  }
  return { release: () => void database.close() }
}

/** Names the holder in a first transaction; the second stays open and is the lock: others may read but not begin another. */
function hold(database: Database, pid: number): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec(
    'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL, computer TEXT NOT NULL)',
  )
  database.prepare('INSERT OR REPLACE INTO holder (one, pid, computer) VALUES (1, ?, ?)').run(pid, hostname())
  database.exec('COMMIT')
  database.exec('BEGIN IMMEDIATE')
}

function readHolder(database: Database): Holder | null {
  try {
    return database.prepare<[], Holder>('SELECT pid, computer FROM holder').get() ?? null
  } catch {
    // The holder is writing its name at this moment: that somebody holds the folder is known all the same.
    return null
  }
}

function inUse(folder: string, holder: Holder | null): AppError {
  const who = holder ? `process ${holder.pid} on ${holder.computer}` : 'another process'
  return new AppError(
    'project.in-use',
    `The project ${folder} is open in another Lectern (${who}). Close it there, then open it here.`,
    { folder, pid: holder?.pid ?? null, computer: holder?.computer ?? null },
  )
}
