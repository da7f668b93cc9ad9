import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { listScenePhotos } from '#main/store/tables/scene.ts'
import { defaults, exchangeBench, refusal } from '../../support/exchange-bench.ts'
import type { ExchangeBench } from '../../support/exchange-bench.ts'
import { featureDict, writePickleFile } from '../../support/feature-pickles.ts'
import { scenesNamed } from '../../support/scenes-named.ts'

/** A photo of one colour: other colours are other contents. */
function paint(file: string, colour: string, widthPx = 40, heightPx = 30): void {
  const canvas = createCanvas(widthPx, heightPx)
  const context = canvas.getContext('2d')
  context.fillStyle = colour
  context.fillRect(0, 0, widthPx, heightPx)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, file.endsWith('.png') ? canvas.toBuffer('image/png') : canvas.toBuffer('image/jpeg'))
}

const photosOf = (bench: ExchangeBench) =>
  listScenePhotos(bench.store()).map(({ relativePath, hasPhoto }) => `${hasPhoto ? '' : 'missing '}${relativePath}`)

function bench() {
  const made = exchangeBench()
  const photos = join(made.folder, 'photos')
  paint(join(photos, 'b.jpg'), 'red')
  paint(join(photos, 'a/2.png'), 'green')
  paint(join(photos, 'a/10.jpg'), 'blue')
  return { ...made, photos, scan: () => made.exchange.scanPhotos({ folder: photos }, made.call) }
}

describe('scanning a folder of photos', () => {
  it('makes a scene of every photo below it, and of nothing else', async () => {
    const { photos, scan, ...made } = bench()
    writeFileSync(join(photos, 'notes.txt'), 'no photo')
    writeFileSync(join(photos, 'broken.jpg'), 'no photo either')
    paint(join(photos, '.hidden/x.jpg'), 'black')
    paint(join(photos, 'Other.lectern/thumbnails/1.jpg'), 'black')
    const summary = await scan()
    expect(summary).toMatchObject({ found: 4, added: 3, moved: 0, missing: 0 })
    expect(summary.findings).toMatchObject([{ code: 'photo-unreadable', count: 1 }])
    expect(summary.findings[0]?.examples[0]).toContain('broken.jpg')
    expect(photosOf(made)).toEqual(['b.jpg', 'a/2.png', 'a/10.jpg'])
    expect(scenesNamed(made.store(), '2.png')).toMatchObject([{ widthPx: 40, heightPx: 30, split: null }])
  })

  it('finds nothing new the second time', async () => {
    const { scan } = bench()
    await scan()
    expect(await scan()).toMatchObject({ found: 3, added: 0, moved: 0, missing: 0, findings: [] })
  })

  it('finds new, moved and missing photos', async () => {
    const { photos, scan, ...made } = bench()
    await scan()
    const moved = scenesNamed(made.store(), 'b.jpg')[0]
    mkdirSync(join(photos, 'later'))
    renameSync(join(photos, 'b.jpg'), join(photos, 'later/renamed.jpg'))
    rmSync(join(photos, 'a/10.jpg'))
    paint(join(photos, 'new.jpg'), 'yellow')
    const summary = await scan()
    expect(summary).toMatchObject({ found: 3, added: 1, moved: 1, missing: 1 })
    expect(summary.findings).toMatchObject([{ code: 'photo-missing', examples: ['a/10.jpg'] }])
    expect(scenesNamed(made.store(), 'renamed.jpg')[0]?.id).toBe(moved?.id)
    expect(photosOf(made)).toEqual(['later/renamed.jpg', 'a/2.png', 'missing a/10.jpg', 'new.jpg'])
  })

  it('takes a copy for a new photo, and a photo that comes back for the one that went', async () => {
    const { photos, scan, ...made } = bench()
    await scan()
    copyFileSync(join(photos, 'b.jpg'), join(photos, 'copy.jpg'))
    renameSync(join(photos, 'a/2.png'), join(made.folder, 'kept.png'))
    expect(await scan()).toMatchObject({ added: 1, moved: 0, missing: 1 })
    renameSync(join(made.folder, 'kept.png'), join(photos, 'a/2.png'))
    expect(await scan()).toMatchObject({ added: 0, missing: 0 })
    expect(photosOf(made)).toEqual(['b.jpg', 'a/2.png', 'a/10.jpg', 'copy.jpg'])
  })

  it('reads a photo again that was changed in its place', async () => {
    const { photos, scan, ...made } = bench()
    await scan()
    paint(join(photos, 'b.jpg'), 'white', 64, 48)
    expect(await scan()).toMatchObject({ added: 0, moved: 0, missing: 0 })
    expect(scenesNamed(made.store(), 'b.jpg')).toMatchObject([{ widthPx: 64, heightPx: 48 }])
  })

  it('gives imported scenes the photos they were waiting for', async () => {
    const { scan, ...made } = bench()
    const file = writePickleFile(join(made.folder, 'X.pkl'), featureDict(3))
    await made.exchange.importFeatures({ ...defaults, file }, made.call)
    expect(photosOf(made)).toEqual(['missing images/a.jpg', 'missing images/b.jpg'])
    expect(await scan()).toMatchObject({ found: 3, added: 2, moved: 0 })
    expect(photosOf(made)).toEqual(['missing images/a.jpg', 'b.jpg', 'a/2.png', 'a/10.jpg'])
  })

  it('tells of every batch as it is written', async () => {
    const { scan, ...made } = bench()
    const changes = made.changes()
    await scan()
    await new Promise(setImmediate)
    expect(changes[0]).toMatchObject({ topics: ['project', 'scenes'], sceneIds: [1, 2, 3] })
    expect(made.context.jobs.list()).toMatchObject([{ kind: 'scan', subject: 'photos', state: 'done', done: 3 }])
  })

  it('refuses an ambiguous photo and lists both', async () => {
    const { photos, scan, ...made } = bench()
    paint(join(photos, 'one/a.jpg'), 'pink')
    paint(join(photos, 'two/a.jpg'), 'brown')
    const file = writePickleFile(join(made.folder, 'X.pkl'), featureDict(3))
    await made.exchange.importFeatures({ ...defaults, file }, made.call)
    expect(await refusal(scan())).toMatchObject({
      code: 'exchange.photo-ambiguous',
      details: { imgPath: 'images/a.jpg', photos: ['one/a.jpg', 'two/a.jpg'] },
    })
  })

  it('needs a folder that is there', async () => {
    const made = exchangeBench()
    expect(await refusal(made.exchange.scanPhotos({ folder: null }, made.call))).toMatchObject({
      code: 'exchange.no-photo-root',
    })
    const nowhere = made.exchange.scanPhotos({ folder: join(made.folder, 'nowhere') }, made.call)
    expect(await refusal(nowhere)).toMatchObject({ code: 'exchange.file-missing' })
  })
})

describe('photos in two folders', () => {
  it('move the photo root up to the folder that holds both', async () => {
    const made = exchangeBench()
    paint(join(made.folder, 'train/1.jpg'), 'red')
    paint(join(made.folder, 'val/1.jpg'), 'blue')
    await made.exchange.scanPhotos({ folder: join(made.folder, 'train') }, made.call)
    const first = scenesNamed(made.store(), '1.jpg')[0]
    expect(first?.relativePath).toBe('1.jpg')
    expect(await made.exchange.scanPhotos({ folder: join(made.folder, 'val') }, made.call)).toMatchObject({
      added: 1,
      missing: 0,
    })
    expect(photosOf(made)).toEqual(['train/1.jpg', 'val/1.jpg'])
    expect(await made.exchange.scanPhotos({ folder: null }, made.call)).toMatchObject({
      found: 2,
      added: 0,
      moved: 0,
      missing: 0,
    })
  })
})
