import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PhotoNews } from '#shared/contract/exchange.ts'
import { watchFolder, type FolderListener } from '#main/workbench/exchange/watch-folder.ts'
import { watchPhotos } from '#main/workbench/exchange/watch-photos.ts'
import { jpeg } from '../../support/bad-files.ts'
import { exchangeBench } from '../../support/exchange-bench.ts'
import { eventually } from '../../support/hands.ts'
import { temporaryFolder } from '../../support/store.ts'

const quick = { settleMs: 20, pauseMs: 20, lookAgainMs: 50 }

/** A project with one photo, and a watch whose events the test gives itself. */
async function watched() {
  const made = exchangeBench()
  const photos = join(made.folder, 'photos')
  mkdirSync(photos)
  writeFileSync(join(photos, 'a.jpg'), jpeg(1))
  const listeners: FolderListener[] = []
  const folders: string[] = []
  const photoWatch = watchPhotos(
    made.context,
    (folder, listener) => {
      folders.push(folder)
      listeners.push(listener)
      return { close: () => void listeners.splice(listeners.indexOf(listener), 1) }
    },
    quick,
  )
  onTestFinished(() => photoWatch.close())
  const news: PhotoNews[] = []
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const following = photoWatch.news.follow(ended.signal)
  void (async () => {
    for await (const one of following) news.push(one)
  })()
  await made.exchange.scanPhotos({ folder: photos }, made.call)
  await eventually(
    () => listeners.length,
    (count) => expect(count).toBe(1),
  )
  const scans = () => made.context.jobs.list().filter(({ kind }) => kind === 'scan').length
  return { ...made, photos, listeners, folders, news, scans, photoWatch }
}

describe('photos of the open project', () => {
  test('that come are found, moved ones keep their scene, and each is told once', async () => {
    const { photos, listeners, folders, news } = await watched()
    expect(folders).toEqual([photos])
    writeFileSync(join(photos, 'b.jpg'), jpeg(2))
    listeners[0]!.onChange()
    listeners[0]!.onChange()
    await eventually(
      () => [...news],
      (all) => expect(all).toEqual([{ added: 1, moved: 0, missing: 0 }]),
    )
    renameSync(join(photos, 'a.jpg'), join(photos, 'c.jpg'))
    listeners[0]!.onChange()
    await eventually(
      () => news.at(-1),
      (last) => expect(last).toEqual({ added: 0, moved: 1, missing: 0 }),
    )
  })

  test('are left alone where the person does not want it', async () => {
    const { photos, listeners, scans, context, news } = await watched()
    await context.settings.update((known) => ({ ...known, watchPhotos: false }))
    writeFileSync(join(photos, 'b.jpg'), jpeg(2))
    listeners[0]!.onChange()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([scans(), news]).toEqual([1, []])
  })

  test('whose folder goes away are looked for until it is back', async () => {
    const { photos, folder, listeners, news } = await watched()
    renameSync(photos, join(folder, 'unplugged'))
    listeners.splice(0)[0]!.onLost()
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(listeners).toEqual([])
    writeFileSync(join(folder, 'unplugged/b.jpg'), jpeg(2))
    renameSync(join(folder, 'unplugged'), photos)
    await eventually(
      () => [listeners.length, news.at(-1)],
      (found) => expect(found).toEqual([1, { added: 1, moved: 0, missing: 0 }]),
    )
  })

  test('are no longer watched once the project is closed', async () => {
    const { context, listeners } = await watched()
    const project = context.project.require()
    context.project.set(null)
    context.changes.publish(['project'])
    await eventually(
      () => listeners.length,
      (count) => expect(count).toBe(0),
    )
    context.project.set(project)
  })
})

describe('the system’s own watch', () => {
  function watching() {
    const folder = temporaryFolder()
    const told = { changes: 0, lost: 0 }
    const watch = watchFolder(folder, { onChange: () => (told.changes += 1), onLost: () => (told.lost += 1) })
    onTestFinished(() => watch.close())
    return { folder, told, watch }
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 150))

  test('tells of photos in folders that were there and in folders that came', async () => {
    const { folder, told } = watching()
    await settled()
    mkdirSync(join(folder, 'a/b'), { recursive: true })
    await eventually(
      () => told.changes,
      (changes) => expect(changes).toBeGreaterThan(0),
    )
    await settled()
    const before = told.changes
    writeFileSync(join(folder, 'a/b/1.jpg'), jpeg(1))
    await eventually(
      () => told.changes,
      (changes) => expect(changes).toBeGreaterThan(before),
    )
    await settled()
    const after = told.changes
    rmSync(join(folder, 'a/b/1.jpg'))
    await eventually(
      () => told.changes,
      (changes) => expect(changes).toBeGreaterThan(after),
    )
  })

  test('says nothing of other files, hidden ones and projects', async () => {
    const { folder, told } = watching()
    mkdirSync(join(folder, 'Class.lectern/thumbnails'), { recursive: true })
    await settled()
    writeFileSync(join(folder, 'notes.txt'), 'x')
    writeFileSync(join(folder, '.hidden.jpg'), 'x')
    writeFileSync(join(folder, 'Class.lectern/thumbnails/1.jpg'), 'x')
    await settled()
    expect(told).toEqual({ changes: 0, lost: 0 })
  })

  test('says that it lost a folder that was removed, or that is not there', async () => {
    const { folder, told } = watching()
    await settled()
    rmSync(folder, { recursive: true })
    await eventually(
      () => told.lost,
      (lost) => expect(lost).toBe(1),
    )
    let lost = 0
    watchFolder(join(folder, 'never'), { onChange: () => undefined, onLost: () => (lost += 1) })
    await eventually(
      () => lost,
      (times) => expect(times).toBe(1),
    )
  })
})
