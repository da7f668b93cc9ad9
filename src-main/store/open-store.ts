import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { AppError } from '#shared/contract/app-error.ts'
import { allMigrations } from './migrations/all-migrations.ts'
import type { Migration } from './migrations/migration.ts'
import { damaged, guarded } from './store-error.ts'
import { Store } from './store.ts'

export interface OpenStoreOptions {
  readonly clock: () => Date
  /** Where a copy of an older file goes before it is migrated; null only for a store in memory. */
  readonly backupFolder: string | null
  /** `create` makes a new file and refuses an existing one; `open` refuses a missing one. */
  readonly mode: 'create' | 'open'
  /** Only tests bring their own. */
  readonly migrations?: readonly Migration[]
}

/** Marks the file as Lectern's: 'LECT'. */
const applicationId = 0x4c_45_43_54
const busyTimeoutMs = 2000
/** Files up to this size are checked page by page on every open (about 0.1 s); larger ones after an unclean end only. */
const alwaysCheckedBytes = 16 * 1024 * 1024

/**
 * Opens a project database, checks it and brings it to this version's schema. `file` may be `:memory:`.
 *
 * Throws AppError `project.missing`, `project.exists`, `project.not-a-project`, `project.newer-version` (nothing is written),
 * `project.damaged`, `project.read-only` or `project.disk-full`.
 */
export function openStore(file: string, options: OpenStoreOptions): Store {
  const migrations = options.migrations ?? allMigrations
  const inMemory = file === ':memory:'
  if (!inMemory) assertPresence(file, options.mode)
  const needsCheck = !inMemory && options.mode === 'open' && (isSmall(file) || endedUncleanly(file))
  const database = guarded(file, () => new BetterSqlite3(file, { timeout: busyTimeoutMs }))
  try {
    guarded(file, () => {
      assertOurs(database, file, migrations, options.mode)
      if (needsCheck) assertIntact(database, file)
      assertWritable(database)
      database.pragma('journal_mode = WAL')
      database.pragma('synchronous = NORMAL')
      migrate(database, migrations, options)
      database.pragma('foreign_keys = ON')
    })
    return new Store(file, database)
  } catch (error) {
    database.close()
    throw error
  }
}

const newestVersion = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0
const versionOf = (database: Database): number => database.pragma('user_version', { simple: true }) as number
const isSmall = (file: string): boolean => statSync(file).size <= alwaysCheckedBytes

/** A clean close removes the write-ahead log; one that lies there tells of a crash or a power cut. */
function endedUncleanly(file: string): boolean {
  const log = `${file}-wal`
  return existsSync(log) && statSync(log).size > 0
}

function assertPresence(file: string, mode: 'create' | 'open'): void {
  if (mode === 'open' && !existsSync(file)) {
    throw new AppError('project.missing', `There is no project at ${file}. Choose the project's own folder.`, { file })
  }
  if (mode === 'create' && existsSync(file)) {
    throw new AppError('project.exists', `${file} is there already. Open that project, or choose another folder.`, {
      file,
    })
  }
}

function assertOurs(database: Database, file: string, migrations: readonly Migration[], mode: 'create' | 'open'): void {
  const version = versionOf(database)
  if (mode === 'create') return
  if (database.pragma('application_id', { simple: true }) !== applicationId) {
    throw new AppError('project.not-a-project', `${file} is a database of another program, not a Lectern project.`, {
      file,
    })
  }
  const ours = newestVersion(migrations)
  if (version > ours) {
    throw new AppError(
      'project.newer-version',
      `${file} was written by a newer Lectern (project version ${version}; this one reads up to ${ours}). Update Lectern to open it; nothing was changed.`,
      { file, version, newestKnown: ours },
    )
  }
}

function assertIntact(database: Database, file: string): void {
  const finding = database.pragma('quick_check(1)', { simple: true })
  if (finding !== 'ok') throw damaged(file, String(finding))
}

/** SQLite opens a file without write permission in silence and fails at the first write: better to know at once. */
function assertWritable(database: Database): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec('ROLLBACK')
}

/** References are checked after each step instead of during it: a table that others refer to may be made anew (SQLite's own procedure). */
function migrate(database: Database, migrations: readonly Migration[], options: OpenStoreOptions): void {
  const from = versionOf(database)
  const steps = migrations.filter((step) => step.version > from)
  if (steps.length === 0) return
  if (options.mode === 'open' && options.backupFolder !== null)
    backUp(database, options.backupFolder, from, options.clock())
  database.pragma('foreign_keys = OFF')
  for (const step of steps) {
    database.transaction(() => {
      step.up(database)
      const broken = database.pragma('foreign_key_check') as readonly unknown[]
      if (broken.length > 0) throw damaged(String(database.name), `${broken.length} references lead nowhere`)
      database.pragma(`application_id = ${applicationId}`)
      database.pragma(`user_version = ${step.version}`)
    })()
  }
}

function backUp(database: Database, folder: string, version: number, now: Date): void {
  mkdirSync(folder, { recursive: true })
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-')
  database.prepare('VACUUM INTO ?').run(join(folder, `project-version-${version}-${stamp}.sqlite`))
}
