import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { listScenePhotos } from '#main/store/tables/scene.ts'
import { sceneGroups } from '#main/workbench/exchange/duplicates.ts'
import { altered, type Alteration } from '../../support/altered-photo.ts'
import { exchangeBench, refusal, type ExchangeBench } from '../../support/exchange-bench.ts'
import { rafnetFolder, withoutRafnet } from '../../support/rafnet.ts'
import { scenesNamed } from '../../support/scenes-named.ts'

const sample = resolve(import.meta.dirname, '../../../resources/sample/images')
const original = join(sample, 'room-a-morning.jpg')

function bench() {
  const made = exchangeBench()
  const photos = join(made.folder, 'photos')
  mkdirSync(photos)
  const scan = () => made.exchange.scanPhotos({ folder: photos }, made.call)
  const groups = async () => {
    const report = await made.exchange.duplicates({}, made.call)
    return report.groups.map(({ kind, scenes }) => [kind, ...scenes.map(({ name }) => name)])
  }
  return { ...made, photos, scan, groups }
}
const names = (made: Pick<ExchangeBench, 'store'>) =>
  listScenePhotos(made.store()).map(({ relativePath }) => relativePath)

describe('duplicates', () => {
  it.each<[string, Alteration]>([
    ['resized', { scale: 0.25 }],
    ['compressed hard', { quality: 10 }],
    ['brightened', { brightness: 1.25 }],
    ['slightly cropped', { crop: 0.015 }],
    ['all of it', { scale: 0.6, quality: 60, crop: 0.01, brightness: 1.1 }],
  ])('a copy that was %s is found beside other photos', async (_what, alteration) => {
    const { photos, scan, groups } = bench()
    for (const name of ['room-a-morning.jpg', 'room-a-afternoon.jpg', 'room-b-exam.jpg']) {
      copyFileSync(join(sample, name), join(photos, name))
    }
    writeFileSync(join(photos, 'copy.jpg'), await altered(original, alteration))
    await scan()
    expect(await groups()).toEqual([['near', 'copy.jpg', 'room-a-morning.jpg']])
  })

  it('are none among different photos, two lessons in one room included', async () => {
    const { photos, scan, groups } = bench()
    for (const name of ['hall-c-lecture', 'room-a-afternoon', 'room-a-morning', 'room-b-exam', 'room-d-evening']) {
      copyFileSync(join(sample, `${name}.jpg`), join(photos, `${name}.jpg`))
    }
    await scan()
    expect(await groups()).toEqual([])
  })

  it.skipIf(rafnetFolder === null)(
    `are none among the authors’ three scenes${rafnetFolder === null ? ` (${withoutRafnet})` : ''}`,
    async () => {
      const { photos, scan, groups } = bench()
      for (const name of ['89.jpg', '166.jpg', '900.jpg']) {
        copyFileSync(join(rafnetFolder!, 'images', name), join(photos, name))
      }
      await scan()
      expect(await groups()).toEqual([])
    },
  )

  it('of one content come first; photos of one colour and damaged ones are named, not compared', async () => {
    const { photos, scan, exchange, call, groups } = bench()
    copyFileSync(original, join(photos, 'a.jpg'))
    copyFileSync(original, join(photos, 'b.jpg'))
    const bytes = readFileSync(join(sample, 'room-b-exam.jpg'))
    writeFileSync(join(photos, 'cut.jpg'), bytes.subarray(0, bytes.length / 2))
    writeFileSync(join(photos, 'white.png'), createCanvas(64, 48).toBuffer('image/png'))
    expect(await scan()).toMatchObject({ added: 4, exactDuplicates: 1 })
    expect(await groups()).toEqual([['exact', 'a.jpg', 'b.jpg']])
    expect(await exchange.duplicates({}, call)).toMatchObject({ compared: 2, notCompared: ['cut.jpg', 'white.png'] })
  })

  it('are looked at once; what is new is looked at the next time', async () => {
    const { photos, scan, groups, context } = bench()
    copyFileSync(original, join(photos, 'a.jpg'))
    await scan()
    await groups()
    await groups()
    const compared = () => context.jobs.list().filter(({ kind }) => kind === 'compare').length
    expect(compared()).toBe(1)
    writeFileSync(join(photos, 'b.jpg'), await altered(original, { scale: 0.5 }))
    await scan()
    expect(await groups()).toEqual([['near', 'a.jpg', 'b.jpg']])
    expect(compared()).toBe(2)
  })

  it('keep together what a split must not tear apart', async () => {
    const { photos, scan, groups, ...made } = bench()
    copyFileSync(original, join(photos, 'a.jpg'))
    writeFileSync(join(photos, 'b.jpg'), await altered(original, { scale: 0.5 }))
    copyFileSync(join(sample, 'room-b-exam.jpg'), join(photos, 'c.jpg'))
    await scan()
    await groups()
    const [a, b] = ['a.jpg', 'b.jpg'].map((name) => scenesNamed(made.store(), name)[0]!.id)
    expect([...(await sceneGroups(made.store()))]).toEqual([
      [a, 0],
      [b, 0],
    ])
  })
})

describe('leaving a copy out', () => {
  async function withCopies() {
    const made = bench()
    copyFileSync(original, join(made.photos, 'a.jpg'))
    copyFileSync(original, join(made.photos, 'b.jpg'))
    await made.scan()
    return { ...made, idOf: (name: string) => scenesNamed(made.store(), name)[0]!.id }
  }

  it('takes its scene out of the project for good, until it is brought back', async () => {
    const { exchange, call, scan, idOf, groups, ...made } = await withCopies()
    expect(await exchange.leaveOut({ sceneIds: [idOf('b.jpg')] }, call)).toEqual({ leftOut: 1 })
    expect(names(made)).toEqual(['a.jpg'])
    expect(await scan()).toMatchObject({ found: 2, added: 0, missing: 0, exactDuplicates: 0 })
    expect(await groups()).toEqual([])
    expect((await exchange.duplicates({}, call)).leftOut).toEqual(['b.jpg'])
    expect(await exchange.bringBack({ paths: ['b.jpg'] }, call)).toMatchObject({ added: 1 })
    expect(names(made)).toEqual(['a.jpg', 'b.jpg'])
  })

  it('holds where the copy moves, ends where another photo takes its place', async () => {
    const { exchange, call, scan, idOf, photos, ...made } = await withCopies()
    await exchange.leaveOut({ sceneIds: [idOf('b.jpg')] }, call)
    renameSync(join(photos, 'b.jpg'), join(photos, 'c.jpg'))
    expect(await scan()).toMatchObject({ added: 0 })
    copyFileSync(join(sample, 'room-b-exam.jpg'), join(photos, 'c.jpg'))
    expect(await scan()).toMatchObject({ added: 1 })
    expect(names(made)).toEqual(['a.jpg', 'c.jpg'])
  })

  it('gives the scene that stays the copy, where its own photo is deleted', async () => {
    const { exchange, call, scan, idOf, photos, ...made } = await withCopies()
    await exchange.leaveOut({ sceneIds: [idOf('b.jpg')] }, call)
    rmSync(join(photos, 'a.jpg'))
    expect(await scan()).toMatchObject({ moved: 1, missing: 0 })
    expect(names(made)).toEqual(['b.jpg'])
    expect((await exchange.duplicates({}, call)).leftOut).toEqual([])
  })

  it('refuses scenes that somebody worked on, all or none', async () => {
    const { exchange, call, idOf, edit, ...made } = await withCopies()
    const box = { x1: 10, y1: 10, x2: 50, y2: 90 }
    await edit({ kind: 'draw', sceneId: idOf('b.jpg'), box, classIndex: 1 })
    const report = await exchange.duplicates({}, call)
    expect(report.groups[0]?.scenes.map(({ removable }) => removable)).toEqual([true, false])
    const both = { sceneIds: [idOf('a.jpg'), idOf('b.jpg')] }
    expect(await refusal((async () => exchange.leaveOut(both, call))())).toMatchObject({
      code: 'exchange.scene-has-work',
    })
    expect(names(made)).toEqual(['a.jpg', 'b.jpg'])
  })
})
