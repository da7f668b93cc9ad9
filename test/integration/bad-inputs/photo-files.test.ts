import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScanSummary } from '#shared/contract/exchange.ts'
import type { WorkbenchSession } from '#main/hosts/start-workbench.ts'
import { jpeg } from '../../support/bad-files.ts'
import { oddPhotos } from '../../support/odd-photos.ts'
import { bmp, tiff } from '../../support/photo-files.ts'
import { startRealWorkbench } from '../../support/real-workbench.ts'

const whole = jpeg(3)
const rgba = new Uint8ClampedArray(64 * 48 * 4).fill(120)
const isoFile = (brand: string): Buffer =>
  Buffer.concat([Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0`, 'latin1'), Buffer.alloc(40)])
/** A JPEG whose frame says 30,000 × 30,000 px. */
function giant(): Buffer {
  const bytes = Buffer.from(whole)
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  bytes.writeUInt16BE(30_000, frame + 5)
  bytes.writeUInt16BE(30_000, frame + 7)
  return bytes
}
const wideBmp = (): Uint8Array => {
  const bytes = Buffer.from(bmp(1, 1, new Uint8ClampedArray(4)))
  bytes.writeInt32LE(30_000, 18)
  bytes.writeInt32LE(30_000, 22)
  return bytes
}

/** No scene is made of these: the file, its bytes, and what its reason must say. */
const refused: readonly (readonly [name: string, content: Uint8Array, reason: RegExp])[] = [
  ['phone.HEIC', isoFile('heic'), /HEIC.*JPEG/],
  ['phone.heif', isoFile('mif1'), /HEIC.*JPEG/],
  ['camera.dng', Buffer.from('II*\0'), /raw.*JPEG/],
  ['camera.CR2', Buffer.from('II*\0'), /raw.*JPEG/],
  ['camera.nef', Buffer.from('MM\0*'), /raw.*JPEG/],
  ['camera.arw', Buffer.from('II*\0'), /raw.*JPEG/],
  ['moving.gif', oddPhotos.animatedGif, /GIF.*JPEG or PNG/],
  ['new.jxl', Buffer.from([0xff, 0x0a]), /JPEG XL/],
  ['heic called.jpg', isoFile('heic'), /a HEIC picture by another name/],
  ['gif called.png', oddPhotos.animatedGif, /but a GIF/],
  ['film called.jpg', isoFile('isom'), /but a video/],
  ['pdf called.jpg', Buffer.from('%PDF-1.7'), /but a PDF/],
  ['word called.jpeg', Buffer.from('PK\x03\x04'), /ZIP/],
  ['page called.webp', Buffer.from('<!DOCTYPE html>'), /web page/],
  ['text.jpg', Buffer.from('I am a diary'), /no JPEG, PNG, WebP, AVIF/],
  ['empty.jpg', Buffer.alloc(0), /empty \(0 bytes\)/],
  ['empty.avif', Buffer.alloc(0), /empty \(0 bytes\)/],
  ['cut head.jpg', whole.subarray(0, 12), /the beginning of a JPEG/],
  ['cut head.png', oddPhotos.deepPng.subarray(0, 20), /the beginning of a PNG/],
  ['giant.jpg', giant(), /30000 × 30000 px.*smaller copy/],
  ['giant.bmp', wideBmp(), /30000 × 30000 px/],
]

/** Scenes are made of these, and thumbnails of the scenes. */
const read: readonly (readonly [name: string, content: () => Uint8Array | Promise<Uint8Array>, size: string])[] = [
  ['plain.jpg', () => whole, '64 × 48'],
  ['cmyk.jpg', () => oddPhotos.cmykJpeg, '16 × 16'],
  ['16 bits.png', () => oddPhotos.deepPng, '64 × 48'],
  ['moving.webp', () => oddPhotos.animatedWebp, '64 × 48'],
  ['still.avif', () => createCanvas(80, 40).encode('avif'), '80 × 40'],
  ['scanned.tif', () => tiff(64, 48, rgba, 1), '64 × 48'],
  ['tiff called.jpg', () => tiff(64, 48, rgba, 1), '64 × 48'],
  ['png called.jpg', () => oddPhotos.deepPng, '64 × 48'],
]

describe('a folder with every kind of file that has a photo’s name', () => {
  let folder: string
  let session: WorkbenchSession
  let summary: ScanSummary
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lectern-odd-'))
    const photos = join(folder, 'photos')
    mkdirSync(photos)
    for (const [name, content] of refused) writeFileSync(join(photos, name), content)
    for (const [name, content] of read) writeFileSync(join(photos, name), await content())
    session = startRealWorkbench(folder)
    await session.client.project.create({ folder: join(folder, 'Odd.lectern'), photoRoot: photos })
    summary = await session.client.exchange.scanPhotos({})
  })
  afterAll(async () => {
    await session.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const sceneNamed = async (name: string) => {
    const { rows } = await session.client.scenes.list({ limit: 100 })
    return rows.find((row) => row.name === name)
  }

  test.each(refused)('%s is refused by name, with what to do', async (name, _content, reason) => {
    expect(summary.refused.find(({ file }) => file === name)?.reason).toMatch(reason)
    expect(await sceneNamed(name)).toBeUndefined()
  })

  test.each(read)('%s becomes a scene and is shown', async (name, _content, size) => {
    const row = await sceneNamed(name)
    const { scene } = await session.client.scenes.get({ sceneId: row!.id })
    expect(`${scene.widthPx} × ${scene.heightPx}`).toBe(size)
    expect(await session.media(`thumbnail/${row!.id}`)).toMatchObject({ status: 200 })
    const photo = await session.media(`photo/${row!.id}`)
    expect(photo.status).toBe(200)
    const shown = await loadImage(Buffer.from(photo.body))
    expect(`${shown.width} × ${shown.height}`).toBe(size)
    // What browsers do not all show goes out as JPEG.
    if (/avif|tif/.test(name)) expect(photo.headers['content-type']).toBe('image/jpeg')
  })

  test('the summary counts them all, and names formats and broken files apart', () => {
    expect(summary).toMatchObject({ added: read.length, missing: 0 })
    expect(summary.refused).toHaveLength(refused.length)
    const counts = Object.fromEntries(summary.findings.map(({ code, count }) => [code, count]))
    expect(counts).toMatchObject({ 'photo-format': 8, 'photo-unreadable': refused.length - 8 })
  })

  test('a photo that goes away is told when it is asked for: its scene is marked and the others stay', async () => {
    const row = await sceneNamed('plain.jpg')
    renameSync(join(folder, 'photos/plain.jpg'), join(folder, 'elsewhere.jpg'))
    expect(await session.media(`photo/${row!.id}`)).toMatchObject({ status: 404 })
    expect(await sceneNamed('plain.jpg')).toMatchObject({ hasPhoto: false })
    expect(await sceneNamed('cmyk.jpg')).toMatchObject({ hasPhoto: true })
    renameSync(join(folder, 'elsewhere.jpg'), join(folder, 'photos/found again.jpg'))
    expect(await session.client.exchange.scanPhotos({})).toMatchObject({ moved: 1, added: 0, missing: 0 })
    expect(await sceneNamed('found again.jpg')).toMatchObject({ id: row!.id, hasPhoto: true })
  })

  test.skipIf(process.platform === 'win32')('a link to nothing, and one in a circle, are no photos', async () => {
    symlinkSync(join(folder, 'nothing.jpg'), join(folder, 'photos/link.jpg'))
    symlinkSync(join(folder, 'photos'), join(folder, 'photos/circle'))
    expect(await session.client.exchange.scanPhotos({})).toMatchObject({ added: 0, missing: 0 })
  })
})
