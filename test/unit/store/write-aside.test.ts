import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '#shared/contract/app-error.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import { openStore } from '#main/store/open-store.ts'
import type { Store } from '#main/store/store.ts'
import { writeAside } from '#main/store/write-aside.ts'
import { writeInSteps } from '#main/store/write-in-steps.ts'
import { memoryStore, stillClock, temporaryFolder } from '../../support/store.ts'

const open = (file: string, mode: 'create' | 'open'): Store => {
  const store = openStore(file, { mode, clock: stillClock, backupFolder: null })
  onTestFinished(() => store.close())
  return store
}
const fileStore = (): Store => open(join(temporaryFolder(), 'project.sqlite'), 'create')
const count = (store: Store): number =>
  store.prepare<{ rows: number }>(`SELECT count(*) AS rows FROM property WHERE name LIKE 'aside%'`).get()!.rows

const put = (store: Store, name: string, value: string): void =>
  void store.prepare('INSERT OR REPLACE INTO property (name, value) VALUES (?, ?)').run(name, value)
const valueOf = (store: Store, name: string) =>
  store.prepare<{ value: string }>('SELECT value FROM property WHERE name = ?').get(name)?.value

/** Writes `rows` properties; `onRow` is told of each before its step ends. */
const writing = (rows: number, onRow: (row: number) => void = () => undefined) =>
  function* (aside: Store): Steps<number> {
    for (let row = 0; row < rows; row++) {
      put(aside, `aside ${row}`, 'x')
      onRow(row)
      yield
    }
    return count(aside)
  }

/** Takes longer than a slice, so that others get their turn in between. */
function spendMs(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test.each([
  ['a file', fileStore],
  ['memory', memoryStore],
])('all of it is there at the end, in %s', async (_, make) => {
  const store = make()
  expect(await writeAside(store, writing(1000))).toBe(1000)
  expect(count(store)).toBe(1000)
})

test('readers see nothing of it before they see all of it, and others get their turn', async () => {
  const store = fileStore()
  const seen: number[] = []
  const written = writeAside(
    store,
    writing(4, () => spendMs(25)),
  )
  const looking = setInterval(() => seen.push(count(store)), 1)
  await written
  clearInterval(looking)
  expect(seen.length).toBeGreaterThan(1)
  expect(new Set([...seen, count(store)])).toEqual(new Set([0, 4]))
})

test('an error at any step takes everything back and reaches whoever began it', async () => {
  const store = fileStore()
  const refusing = writing(700, (row) => {
    if (row === 650) throw new AppError('edits.class-unknown', 'No such class.')
  })
  await expect(writeAside(store, refusing)).rejects.toMatchObject({ code: 'edits.class-unknown' })
  expect(count(store)).toBe(0)
  put(store, 'aside', 'free again')
  expect(count(store)).toBe(1)
})

test('what is not committed is not there after a crash', async () => {
  const store = fileStore()
  const folder = temporaryFolder()
  const copies = ['', '-wal'].map((end) => [`${store.file}${end}`, join(folder, `crashed.sqlite${end}`)] as const)
  await writeAside(
    store,
    writing(3, (row) => {
      if (row === 2) for (const [from, to] of copies) copyFileSync(from, to)
    }),
  )
  expect(count(open(join(folder, 'crashed.sqlite'), 'open'))).toBe(0)
  expect(count(store)).toBe(3)
})

test.each<[string, (store: Store) => void]>([
  ['a statement', (store) => put(store, 'other', String(count(store)))],
  ['a transaction', (store) => store.transaction(() => put(store, 'other', String(count(store))))],
])('%s that cannot wait takes it to its end first and sees it', async (_, write) => {
  const store = fileStore()
  const written = writeAside(store, writing(500))
  await Promise.resolve()
  store.prepare('DELETE FROM property WHERE name = ?').run('nothing')
  write(store)
  expect(valueOf(store, 'other')).toBe('500')
  expect(await written).toBe(500)
})

test('a failure of what another writer took to its end is not that writer’s', async () => {
  const store = fileStore()
  const written = writeAside(
    store,
    writing(5, () => {
      throw new AppError('edits.class-unknown', 'No such class.')
    }),
  )
  const refused = expect(written).rejects.toMatchObject({ code: 'edits.class-unknown' })
  await Promise.resolve()
  put(store, 'aside', 'mine')
  await refused
  expect(count(store)).toBe(1)
})

test('two of them, and what is written in steps, take turns', async () => {
  const store = fileStore()
  const order: string[] = []
  const named = (name: string) =>
    writing(3, () => {
      spendMs(8)
      order.push(name)
    })
  await Promise.all([
    writeAside(store, named('first')),
    writeAside(store, named('second')),
    writeInSteps(store, ['third'], (name) => order.push(name)),
  ])
  expect(order.slice(0, 3)).toEqual(['first', 'first', 'first'])
  expect(order.filter((_, at) => order[at] !== order[at - 1]).toSorted()).toEqual(['first', 'second', 'third'])
})

test('a store that closes ends it first', async () => {
  const file = join(temporaryFolder(), 'project.sqlite')
  const store = open(file, 'create')
  const written = writeAside(store, writing(300))
  await Promise.resolve()
  store.close()
  expect(await written).toBe(300)
  expect(count(open(file, 'open'))).toBe(300)
})
