import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import { allMigrations } from '#main/store/migrations/all-migrations.ts'
import type { Migration } from '#main/store/migrations/migration.ts'
import { openStore } from '#main/store/open-store.ts'
import { getProperty, setProperty } from '#main/store/tables/property.ts'
import { stillClock, temporaryFolder } from '../../support/store.ts'

const optionsOf = (folder: string) => ({ clock: stillClock, backupFolder: join(folder, 'backups') })

function newProject() {
  const folder = temporaryFolder()
  const file = join(folder, 'project.sqlite')
  const store = openStore(file, { ...optionsOf(folder), mode: 'create' })
  setProperty(store, 'name', 'Class 3-201')
  store.close()
  return { folder, file }
}

test('what was written is there after closing and opening', () => {
  const { folder, file } = newProject()
  const store = openStore(file, { ...optionsOf(folder), mode: 'open' })
  expect(getProperty(store, 'name')).toBe('Class 3-201')
  expect(getProperty(store, 'note')).toBeNull()
  store.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
  expect(existsSync(join(folder, 'backups'))).toBe(false)
})

test('a missing file is not created by opening, an existing one not overwritten by creating', () => {
  const { folder, file } = newProject()
  const other = join(folder, 'other.sqlite')
  expect(() => openStore(other, { ...optionsOf(folder), mode: 'open' })).toThrow(
    expect.objectContaining({ code: 'project.missing' }),
  )
  expect(existsSync(other)).toBe(false)
  expect(() => openStore(file, { ...optionsOf(folder), mode: 'create' })).toThrow(
    expect.objectContaining({ code: 'project.exists' }),
  )
})

test('a project of a newer version is refused by both versions and stays byte for byte', () => {
  const { folder, file } = newProject()
  const database = new BetterSqlite3(file)
  database.pragma('user_version = 900')
  database.close()
  const ours = allMigrations.at(-1)!.version
  expect(() => openStore(file, { ...optionsOf(folder), mode: 'open' })).toThrow(
    expect.objectContaining({ code: 'project.newer-version', details: { file, version: 900, newestKnown: ours } }),
  )
  expect(readdirSync(folder)).toEqual(['project.sqlite'])
})

test("another program's database is no project", () => {
  const folder = temporaryFolder()
  const file = join(folder, 'project.sqlite')
  const database = new BetterSqlite3(file)
  database.exec('CREATE TABLE song (title TEXT)')
  database.close()
  expect(() => openStore(file, { ...optionsOf(folder), mode: 'open' })).toThrow(
    expect.objectContaining({ code: 'project.not-a-project' }),
  )
})

test.each([
  ['text', Buffer.from('This is a letter to the school, not a database. '.repeat(40))],
  ['zeros after a good start', null],
])('a damaged file (%s) says so', (_name, bytes) => {
  const { folder, file } = newProject()
  if (bytes) writeFileSync(file, bytes)
  else {
    const database = new BetterSqlite3(file)
    const good = database.serialize()
    database.close()
    writeFileSync(file, Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096)]))
  }
  expect(() => openStore(file, { ...optionsOf(folder), mode: 'open' })).toThrow(
    expect.objectContaining({ code: 'project.damaged' }),
  )
})

const addNickname: Migration = {
  version: allMigrations.at(-1)!.version + 1,
  name: 'nicknames',
  up: (database) => void database.exec('ALTER TABLE annotator ADD COLUMN nickname TEXT'),
}

test('an older project is copied to backups, then migrated with its data', () => {
  const { folder, file } = newProject()
  const store = openStore(file, { ...optionsOf(folder), mode: 'open', migrations: [...allMigrations, addNickname] })
  expect(getProperty(store, 'name')).toBe('Class 3-201')
  expect(store.prepare<{ name: string }>('SELECT name FROM pragma_table_info(?)').all('annotator')).toContainEqual({
    name: 'nickname',
  })
  store.close()
  const [backup] = readdirSync(join(folder, 'backups'))
  expect(backup).toBe(`project-version-${allMigrations.at(-1)!.version}-2026-03-04T05-06-07-000Z.sqlite`)
  const copy = openStore(join(folder, 'backups', backup!), { ...optionsOf(folder), mode: 'open' })
  expect(getProperty(copy, 'name')).toBe('Class 3-201')
  copy.close()
})

test('a migration that fails leaves the version and the data as they were', () => {
  const { folder, file } = newProject()
  const failing: Migration = {
    ...addNickname,
    up: (database) => {
      addNickname.up(database)
      throw new Error('no')
    },
  }
  const migrations = [...allMigrations, failing]
  expect(() => openStore(file, { ...optionsOf(folder), mode: 'open', migrations })).toThrow('no')
  const store = openStore(file, { ...optionsOf(folder), mode: 'open' })
  expect(getProperty(store, 'name')).toBe('Class 3-201')
  store.close()
})
