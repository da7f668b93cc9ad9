import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStore } from '#main/store/open-store.ts'
import { lockFolder } from '#main/store/folder-lock.ts'
import { countProject } from '#main/store/tables/project-counts.ts'
import { insertScene } from '#main/store/tables/scene.ts'
import { insertStudent, studentsOfScene } from '#main/store/tables/student.ts'
import { aScene, aStudent, sceneWithStudents, stillClock, temporaryFolder } from '../../support/store.ts'

function openIn(folder: string, mode: 'create' | 'open') {
  const backupFolder = join(folder, 'backups')
  return openStore(join(folder, 'project.sqlite'), { mode, clock: stillClock, backupFolder })
}

const support = join(import.meta.dirname, '../../support/programs')
/** Runs one of test/support/programs; as another user where ours, root, may write everywhere. */
function runProgram(name: string, parameters: readonly string[], asNobody = false) {
  const options = { encoding: 'utf8' as const, ...(asNobody && { uid: 65_534, gid: 65_534 }) }
  return spawnSync(process.execPath, [join(support, name), ...parameters], options)
}

test('a full disk is an AppError; the transaction is gone and the store goes on', () => {
  const store = openIn(temporaryFolder(), 'create')
  const { sceneId } = sceneWithStudents(store, '1.jpg', 1)
  const pages = store.prepare<{ page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0
  store.prepare(`PRAGMA max_page_count = ${pages}`).get()
  const fill = () =>
    store.transaction(() => {
      for (let index = 2; index < 20_000; index++) insertStudent(store, aStudent(sceneId, String(index)))
    })
  expect(fill).toThrow(expect.objectContaining({ name: 'AppError', code: 'project.disk-full' }))
  expect(studentsOfScene(store, sceneId)).toHaveLength(1)
  store.prepare('PRAGMA max_page_count = 1000000').get()
  insertScene(store, aScene('2.jpg'))
  expect(countProject(store).scenes).toBe(2)
  store.close()
})

test('a process that dies in a transaction leaves an openable project without it', () => {
  const folder = temporaryFolder()
  openIn(folder, 'create').close()
  const child = runProgram('die-in-transaction.ts', [folder])
  expect(child.signal).toBe('SIGKILL')
  expect(existsSync(join(folder, 'project.sqlite-wal'))).toBe(true)
  const store = openIn(folder, 'open')
  expect(store.prepare('SELECT relative_path AS path FROM scene').all()).toEqual([{ path: 'committed.jpg' }])
  store.close()
})

const isRoot = process.getuid?.() === 0
const nobodyReads = !isRoot || runProgram('try-open.ts', [join(tmpdir(), 'no such project'), 'open'], true).status === 0
const noReader = 'needs a second user who can read the repository'

describe.skipIf(!nobodyReads)(`a folder without write permission${nobodyReads ? '' : ` (${noReader})`}`, () => {
  test.each([
    ['create', 'store', 'project.read-only'],
    ['open', 'store', 'project.read-only'],
    ['open', 'lock', 'project.read-only'],
  ])('%s %s', (mode, what, code) => {
    const folder = temporaryFolder()
    if (mode === 'open') openIn(folder, 'create').close()
    const before = readdirSync(folder)
    chmodSync(folder, 0o555)
    for (const name of before) chmodSync(join(folder, name), 0o444)
    const child = runProgram('try-open.ts', [folder, mode, what], isRoot)
    expect(child.stdout).toContain(code)
    expect(readdirSync(folder)).toEqual(before)
    chmodSync(folder, 0o755)
  })
})

describe('the lock of a folder', () => {
  test('a second process is refused and told the first', () => {
    const folder = temporaryFolder()
    const lock = lockFolder(folder, process.pid)
    const child = runProgram('try-open.ts', [folder, 'open', 'lock'])
    expect(child.stdout).toContain('project.in-use')
    expect(child.stdout).toContain(`"pid":${process.pid}`)
    lock.release()
    expect(runProgram('try-open.ts', [folder, 'open', 'lock']).stdout).toBe('opened')
  })

  test('the same process is refused too, until it lets go', () => {
    const folder = temporaryFolder()
    const lock = lockFolder(folder, 12)
    expect(() => lockFolder(folder, 12)).toThrow(expect.objectContaining({ code: 'project.in-use' }))
    lock.release()
    lockFolder(folder, 12).release()
  })

  test('a lock that a killed process left is taken over', () => {
    const folder = temporaryFolder()
    const program = `
      import { lockFolder } from '#main/store/folder-lock.ts'
      lockFolder(process.argv[1], process.pid)
      process.kill(process.pid, 'SIGKILL')`
    const child = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program, folder], {
      cwd: join(support, '../../..'),
      encoding: 'utf8',
    })
    expect(child.signal).toBe('SIGKILL')
    expect(existsSync(join(folder, 'project.lock'))).toBe(true)
    lockFolder(folder, process.pid).release()
  })
})
