import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { exchangeBench, refusal } from '../../support/exchange-bench.ts'
import { exifBlock, jpegWithExif } from '../../support/photo-files.ts'
import { scenesNamed } from '../../support/scenes-named.ts'

function paint(file: string, colour: string, exifDate: string | null = null): void {
  const canvas = createCanvas(40, 30)
  const context = canvas.getContext('2d')
  context.fillStyle = colour
  context.fillRect(0, 0, 40, 30)
  const bytes = canvas.toBuffer('image/jpeg')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, exifDate === null ? bytes : jpegWithExif(bytes, exifBlock(1, exifDate)))
}

async function bench() {
  const made = exchangeBench()
  const photos = join(made.folder, 'photos')
  paint(join(photos, '3-201/2026-03-02/0815_plain.jpg'), 'red')
  paint(join(photos, '3-202/2026-03-03/0900_camera.jpg'), 'blue', '2026:03:03 09:04:05')
  paint(join(photos, 'stray.jpg'), 'green')
  const scan = () => made.exchange.scanPhotos({ folder: photos }, made.call)
  await scan()
  const placeOf = (name: string) => {
    const { room, takenAt } = scenesNamed(made.store(), name)[0]!
    return [room, takenAt]
  }
  const rules = { pattern: '{room}/{date}/{time}_*', preferExif: true, overwrite: false }
  return { ...made, photos, scan, placeOf, rules }
}

describe('room and time from the paths of photos', () => {
  it('are shown first, then given; the camera’s own time goes first', async () => {
    const { exchange, call, placeOf, rules } = await bench()
    const preview = await exchange.previewPlaces(rules, call)
    expect(preview).toMatchObject({ problem: null, scenes: 3, matched: 2, changed: 2 })
    expect(
      preview.rows.map(({ relativePath, matches, room, takenAt }) => [relativePath, matches, room, takenAt]),
    ).toEqual([
      ['3-201/2026-03-02/0815_plain.jpg', true, '3-201', '2026-03-02T08:15:00'],
      ['3-202/2026-03-03/0900_camera.jpg', true, '3-202', '2026-03-03T09:04:05'],
      ['stray.jpg', false, null, null],
    ])
    expect(placeOf('0815_plain.jpg')).toEqual([null, null])
    expect(await exchange.applyPlaces(rules, call)).toEqual({ matched: 2, changed: 2 })
    expect(placeOf('0815_plain.jpg')).toEqual(['3-201', '2026-03-02T08:15:00'])
    expect(placeOf('0900_camera.jpg')).toEqual(['3-202', '2026-03-03T09:04:05'])
  })

  it('take the place of an earlier pattern’s, and are taken back to what was there before any', async () => {
    const { exchange, call, placeOf, rules } = await bench()
    await exchange.applyPlaces({ ...rules, preferExif: false }, call)
    expect(placeOf('0900_camera.jpg')).toEqual(['3-202', '2026-03-03T09:00:00'])
    await exchange.applyPlaces({ ...rules, pattern: '*/{date}/*' }, call)
    expect(placeOf('0900_camera.jpg')).toEqual([null, '2026-03-03T09:04:05'])
    expect(placeOf('0815_plain.jpg')).toEqual([null, '2026-03-02'])
    expect((await exchange.places({}, call)).pattern).toMatchObject({ pattern: '*/{date}/*' })
    expect(await exchange.clearPlaces({}, call)).toEqual({ changed: 1 })
    expect(placeOf('0815_plain.jpg')).toEqual([null, null])
    expect((await exchange.places({}, call)).pattern).toBeNull()
  })

  it('come to photos that are found later, and follow a photo that moves', async () => {
    const { exchange, call, placeOf, rules, photos, scan } = await bench()
    await exchange.applyPlaces(rules, call)
    paint(join(photos, '3-203/2026-03-04/1000_new.jpg'), 'yellow')
    mkdirSync(join(photos, '3-204/2026-03-05'), { recursive: true })
    renameSync(join(photos, '3-201/2026-03-02/0815_plain.jpg'), join(photos, '3-204/2026-03-05/1100_plain.jpg'))
    expect(await scan()).toMatchObject({ added: 1, moved: 1 })
    expect(placeOf('1000_new.jpg')).toEqual(['3-203', '2026-03-04T10:00:00'])
    expect(placeOf('1100_plain.jpg')).toEqual(['3-204', '2026-03-05T11:00:00'])
  })

  it('suggests the pattern of the folders', async () => {
    const { exchange, call } = await bench()
    expect((await exchange.places({}, call)).suggestions[0]?.pattern).toBe('{room}/{date}/{time}*')
  })

  it('says what is wrong with a pattern, in the preview and before applying it', async () => {
    const { exchange, call, rules } = await bench()
    const wrong = { ...rules, pattern: '{room}/{hour}' }
    expect(await exchange.previewPlaces(wrong, call)).toMatchObject({
      problem: { code: 'token-unknown', part: '{hour}' },
      matched: 0,
    })
    expect(await refusal(exchange.applyPlaces(wrong, call))).toMatchObject({ code: 'places.pattern-wrong' })
    expect((await exchange.places({}, call)).pattern).toBeNull()
  })
})
