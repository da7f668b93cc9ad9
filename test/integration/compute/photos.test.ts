import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { PhotoFacts } from '#main/compute/protocol.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCompute, temporaryFolder } from '../../support/compute.ts'
import {
  bmp,
  corners,
  cornersOf,
  exifBlock,
  jpegWithExif,
  pngWithExif,
  quarters,
  tiff,
  uprightHeight,
  uprightWidth,
  webpWithExif,
} from '../../support/photo-files.ts'

const compute = startCompute()
const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
const formats = ['jpg', 'png', 'webp', 'tif'] as const

async function pictureBytes(format: (typeof formats)[number], orientation: number): Promise<Uint8Array> {
  const canvas = quarters(orientation)
  const exif = exifBlock(orientation, null)
  const { width, height } = canvas
  if (format === 'jpg') return jpegWithExif(await canvas.encode('jpeg', 95), exif)
  if (format === 'png') return pngWithExif(await canvas.encode('png'), exif)
  if (format === 'webp') return webpWithExif(await canvas.encode('webp', 95), [width, height], exif)
  return tiff(width, height, canvas.getContext('2d').getImageData(0, 0, width, height).data, orientation)
}

async function inspect(files: readonly string[]): Promise<PhotoFacts[]> {
  const facts: PhotoFacts[] = []
  for await (const some of compute.photos.inspect({ files: [...files] })) facts.push(...some)
  return facts
}

const upright = { size: [uprightWidth, uprightHeight], colours: [...corners] }

describe('EXIF rotation', () => {
  beforeAll(async () => {
    for (const format of formats) {
      for (const orientation of orientations) {
        writeFileSync(at(`${orientation}.${format}`), await pictureBytes(format, orientation))
      }
    }
  })

  const everyFile = formats.flatMap((format) => orientations.map((orientation) => `${orientation}.${format}`))

  test.each(everyFile)('%s: thumbnail, crop and facts agree on what is up', async (name) => {
    const file = at(name)
    await compute.photos.thumbnail({ file, out: at('thumbnail.jpg'), longerSidePx: uprightWidth })
    expect(await cornersOf(readFileSync(at('thumbnail.jpg')))).toEqual(upright)
    const region = { x: 0, y: 0, width: uprightWidth, height: uprightHeight }
    expect(await cornersOf(await compute.photos.crop({ file, region, longerSidePx: 64 }))).toEqual(upright)
    expect(await inspect([file])).toMatchObject([
      { size: { widthPx: uprightWidth, heightPx: uprightHeight }, problem: null },
    ])
  })

  test('only files that a browser shows upright by itself are served as they are', async () => {
    const served = await Promise.all(
      ['6.jpg', '1.png', '1.webp', '6.png', '6.webp', '1.tif', '6.tif'].map(async (name) => {
        const bytes = await compute.photos.transcode({ file: at(name) })
        return [name, bytes && (await cornersOf(bytes))] as const
      }),
    )
    expect(Object.fromEntries(served)).toEqual({
      '6.jpg': null,
      '1.png': null,
      '1.webp': null,
      '6.png': upright,
      '6.webp': upright,
      '1.tif': upright,
      '6.tif': upright,
    })
  })
})

describe('inspecting', () => {
  test('date, hash and size of a photo, in either byte order', async () => {
    const jpeg = await quarters(6).encode('jpeg', 90)
    const files = (['II', 'MM'] as const).map((order) => {
      const file = at(`dated-${order}.jpg`)
      writeFileSync(file, jpegWithExif(jpeg, exifBlock(6, '2026:03:01 09:15:30', order)))
      return file
    })
    for (const [index, facts] of (await inspect(files)).entries()) {
      expect(facts).toEqual({
        file: files[index],
        size: { widthPx: uprightWidth, heightPx: uprightHeight },
        sha256: createHash('sha256').update(readFileSync(files[index]!)).digest('hex'),
        takenAt: '2026-03-01T09:15:30',
        problem: null,
      })
    }
  })

  test('a date that no calendar has is no date', async () => {
    const file = at('undated.jpg')
    writeFileSync(file, jpegWithExif(await quarters(1).encode('jpeg', 90), exifBlock(1, '0000:00:00 00:00:00')))
    expect(await inspect([file])).toMatchObject([{ takenAt: null, problem: null }])
  })

  test('many files keep their order; what is no photo is named, not thrown', async () => {
    const { width, height } = quarters(1)
    const { data } = quarters(1).getContext('2d').getImageData(0, 0, width, height)
    writeFileSync(at('a.bmp'), bmp(width, height, data))
    writeFileSync(at('notes.jpg'), 'these are notes')
    writeFileSync(at('empty.png'), '')
    writeFileSync(at('huge.png'), hugePng(20_000, 20_000))
    mkdirSync(at('folder.jpg'))
    const strange = ['notes.jpg', 'empty.png', 'huge.png', 'folder.jpg', 'missing.jpg'].map(at)
    const files = [...Array.from({ length: 20 }, () => at('a.bmp')), ...strange]
    const facts = await inspect(files)
    expect(facts.map(({ file }) => file)).toEqual(files)
    expect(facts[19]).toMatchObject({ size: { widthPx: width, heightPx: height }, problem: null })
    for (const [index, { problem, size }] of facts.slice(20).entries()) {
      expect(size).toBeNull()
      expect(problem).toContain(strange[index])
    }
    expect(facts[22]!.problem).toContain('20000 × 20000')
  })
})

describe('files that are no photos', () => {
  const region = { x: 0, y: 0, width: 10, height: 10 }
  const crop = (file: string) => compute.photos.crop({ file, region, longerSidePx: 32 })

  const refused = async (name: string, bytes: Uint8Array | string): Promise<void> => {
    writeFileSync(at(name), bytes)
    await expect(crop(at(name))).rejects.toMatchObject({
      code: 'photo.unreadable',
      message: expect.stringContaining(at(name)) as string,
    })
  }

  test('text, nothing, drawings that could fetch, cut and damaged files are photo.unreadable', async () => {
    const noise = noiseCanvas(256, 256)
    const jpeg = await noise.encode('jpeg', 90)
    const png = await noise.encode('png')
    await refused('text.jpg', 'not a photo')
    await refused('nothing.jpg', '')
    await refused('drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
    await refused('cut.jpg', jpeg.subarray(0, jpeg.length / 2))
    await refused('cut.png', png.subarray(0, png.length / 2))
    await refused('head-only.jpg', jpeg.subarray(0, 300))
    await refused('damaged.tif', tiff(8, 8, new Uint8ClampedArray(256), 1).subarray(0, 140))
    await expect(crop(at('not-there.jpg'))).rejects.toMatchObject({ code: 'photo.unreadable' })
  })

  test('200 megapixels and more are refused before they are decoded', async () => {
    writeFileSync(at('bomb.png'), hugePng(50_000, 50_000))
    await expect(crop(at('bomb.png'))).rejects.toMatchObject({ code: 'photo.too-large', details: { widthPx: 50_000 } })
  })

  test('a thumbnail that cannot be written leaves nothing behind', async () => {
    writeFileSync(at('photo.jpg'), await quarters(1).encode('jpeg', 90))
    const out = at('no-folder/thumbnail.jpg')
    await expect(compute.photos.thumbnail({ file: at('photo.jpg'), out, longerSidePx: 32 })).rejects.toMatchObject({
      code: 'photo.thumbnail-not-written',
      message: expect.stringContaining(out) as string,
    })
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe('crops', () => {
  test('a region beyond the photo is grey there; a photo is never enlarged', async () => {
    writeFileSync(at('photo.png'), await quarters(1).encode('png'))
    const file = at('photo.png')
    const region = { x: -uprightWidth, y: 0, width: uprightWidth * 2, height: uprightHeight }
    const image = await pixelsOf(await compute.photos.crop({ file, region, longerSidePx: 4096 }))
    expect([image.width, image.height]).toEqual([uprightWidth * 2, uprightHeight])
    expect(near(image.at(10, 10), [128, 128, 128])).toBe(true)
    expect(near(image.at(uprightWidth + 10, 8), [255, 0, 0])).toBe(true)
  })

  test('a changed file is decoded anew', async () => {
    const file = at('changing.png')
    const region = { x: 0, y: 0, width: uprightWidth, height: uprightHeight }
    writeFileSync(file, await quarters(1).encode('png'))
    await compute.photos.crop({ file, region, longerSidePx: 64 })
    writeFileSync(file, await noiseCanvas(uprightWidth, uprightHeight).encode('png'))
    const changed = await pixelsOf(await compute.photos.crop({ file, region, longerSidePx: 64 }))
    expect(near(changed.at(10, 10), [255, 0, 0])).toBe(false)
  })
})

describe('annotated photos', () => {
  // Multiples of 16, so that JPEG's blocks do not smear one area into the next.
  const [width, height] = [640, 480]
  const box = { x1: 160, y1: 64, x2: 480, y2: 384 }
  const hiddenBottom = 64 + 0.45 * 320
  const file = at('noise.png')
  const mark = { box, colour: '#2196f3', text: '', wrong: false }

  beforeAll(async () => writeFileSync(file, await noiseCanvas(width, height).encode('png')))

  const annotate = async (pixelate: boolean, marks = [mark]) =>
    pixelsOf(await compute.photos.annotate({ file, marks, pixelate, longerSidePx: width }))

  test.each([
    ['upright', box],
    ['inverted', { x1: box.x2, y1: box.y2, x2: box.x1, y2: box.y1 }],
  ])('an %s box: pixelation changes its upper 45 % and nothing else', async (_name, shape) => {
    const marks = [{ ...mark, box: shape }]
    const [hidden, shown] = [await annotate(true, marks), await annotate(false, marks)]
    const inside = differences(hidden, shown, {
      x1: box.x1 + 16,
      y1: box.y1 + 16,
      x2: box.x2 - 16,
      y2: hiddenBottom - 16,
    })
    const below = differences(hidden, shown, { x1: 0, y1: hiddenBottom + 16, x2: width, y2: height })
    const beside = differences(hidden, shown, { x1: 0, y1: 0, x2: box.x1 - 16, y2: height })
    expect(inside.mean).toBeGreaterThan(20)
    expect(below.most).toBe(0)
    expect(beside.most).toBe(0)
  })

  test('hidden faces are flat blocks of 40 px in a box of 320', async () => {
    const hidden = await annotate(true)
    const flat = differences(
      hidden,
      { ...hidden, at: () => hidden.at(220, 100) },
      { x1: 204, y1: 108, x2: 236, y2: 140 },
    )
    expect(flat.most).toBeLessThan(12)
  })

  test('a box beyond the photo and an empty one are drawn without harm', async () => {
    const boxes = [
      { x1: -50, y1: -50, x2: -10, y2: -10 },
      { x1: 600, y1: 400, x2: 900, y2: 900 },
      { x1: 100, y1: 100, x2: 100, y2: 100 },
    ]
    const marks = boxes.map((shape) => ({ box: shape, colour: '#f44336', text: 'P', wrong: true }))
    expect((await annotate(true, marks)).width).toBe(width)
  })

  test('letters are drawn and the picture is scaled as asked', async () => {
    const marks = [{ ...mark, text: 'L' }]
    const small = await pixelsOf(await compute.photos.annotate({ file, marks, pixelate: true, longerSidePx: 320 }))
    expect([small.width, small.height]).toEqual([320, 240])
    const [plain, lettered] = [await annotate(false), await annotate(false, marks)]
    const chip = differences(plain, lettered, { x1: 160, y1: 44, x2: 184, y2: 62 })
    expect(chip.mean).toBeGreaterThan(20)
  })
})

interface Picture {
  readonly width: number
  readonly height: number
  at(x: number, y: number): readonly number[]
}

async function pixelsOf(bytes: Uint8Array): Promise<Picture> {
  const image = await loadImage(bytes)
  const { width, height } = image
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  return { width, height, at: (x, y) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)] }
}

const near = (colour: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((value, channel) => Math.abs(value - colour[channel]!) < 24)

function differences(a: Picture, b: Picture, area: { x1: number; y1: number; x2: number; y2: number }) {
  let [total, most, count] = [0, 0, 0]
  for (let y = area.y1; y < area.y2; y += 1) {
    for (let x = area.x1; x < area.x2; x += 1) {
      const other = b.at(x, y)
      const gap = Math.max(...a.at(x, y).map((value, channel) => Math.abs(value - other[channel]!)))
      total += gap
      most = Math.max(most, gap)
      count += 1
    }
  }
  return { mean: total / count, most }
}

/** Seeded grey noise: every pixel differs from its neighbours. */
function noiseCanvas(width: number, height: number) {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const image = context.createImageData(width, height)
  let state = 7
  for (let index = 0; index < image.data.length; index += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    image.data.fill(state >>> 24, index, index + 3)
    image.data[index + 3] = 255
  }
  context.putImageData(image, 0, 0)
  return canvas
}

/** The head of a PNG that claims to be huge. */
function hugePng(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(45)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  bytes.writeUInt32BE(13, 8)
  bytes.write('IHDR', 12, 'latin1')
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.set([8, 2], 24)
  bytes.write('IEND', 37, 'latin1')
  return bytes
}
