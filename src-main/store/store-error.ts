import BetterSqlite3 from 'better-sqlite3'
import { AppError } from '#shared/contract/app-error.ts'

/** Runs `work` and turns what SQLite throws into the AppError that a user can act on; other errors pass unchanged. */
export function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw storeError(file, error)
  }
}

export function storeError(file: string, error: unknown): unknown {
  if (!(error instanceof BetterSqlite3.SqliteError)) return error
  const details = { file, sqlite: error.code }
  const make = (code: string, sentence: string) => new AppError(code, sentence, details, { cause: error })
  if (error.code === 'SQLITE_FULL' || error.code === 'SQLITE_IOERR_WRITE') {
    return make(
      'project.disk-full',
      `There is no room left on the disk for ${file}. Nothing of this step was saved; free some space and do it again.`,
    )
  }
  if (error.code.startsWith('SQLITE_READONLY') || error.code.startsWith('SQLITE_CANTOPEN')) {
    return make(
      'project.read-only',
      `${file} cannot be written. Check the permissions of its folder, or copy the project to a folder of your own.`,
    )
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB')
    return damaged(file, error.message, error)
  if (error.code.startsWith('SQLITE_BUSY') || error.code === 'SQLITE_LOCKED') {
    return make('project.busy', `${file} is locked by another program. Close that program and try again.`)
  }
  return error
}

export function damaged(file: string, finding: string, cause?: unknown): AppError {
  return new AppError(
    'project.damaged',
    `${file} is damaged (${finding}). Open a copy from the project's "backups" folder, or import the files again into a new project.`,
    { file, finding },
    { cause },
  )
}
