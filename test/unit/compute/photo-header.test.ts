import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import { readPhotoHeader } from '#main/compute/images/photo-header/read-photo-header.ts'
import { describe, expect, test } from 'vitest'
import { bmp, exifBlock, jpegWithExif, pngWithExif, quarters, tiff, webpWithExif } from '../../support/photo-files.ts'

const read = (bytes: Uint8Array) => readPhotoHeader(bytesSource(bytes))
const canvas = quarters(1)
const size = [canvas.width, canvas.height] as const
const rgba = canvas.getContext('2d').getImageData(0, 0, ...size).data
const exif = exifBlock(6, '2026:09:01 08:00:00')

const files = {
  jpeg: jpegWithExif(await canvas.encode('jpeg', 90), exif),
  png: pngWithExif(await canvas.encode('png'), exif),
  webp: webpWithExif(await canvas.encode('webp', 90), size, exif),
  bmp: bmp(...size, rgba),
  tiff: tiff(...size, rgba, 6),
}

test.each(Object.entries(files))('%s: format, stored size, orientation, date', (format, bytes) => {
  expect(read(bytes)).toEqual({
    format,
    storedWidthPx: size[0],
    storedHeightPx: size[1],
    orientation: format === 'bmp' ? 1 : 6,
    takenAt: format === 'bmp' || format === 'tiff' ? null : '2026-09-01T08:00:00',
  })
})

test('simple and lossless WebP without EXIF', async () => {
  for (const quality of [50, 100]) {
    expect(read(await canvas.encode('webp', quality))).toMatchObject({
      format: 'webp',
      storedWidthPx: size[0],
      orientation: 1,
    })
  }
})

describe('hostile and cut bytes', () => {
  test.each(Object.entries(files))('every prefix of a %s is answered, never thrown', (_format, bytes) => {
    for (let length = 0; length < Math.min(bytes.length, 400); length += 1) {
      const header = read(bytes.subarray(0, length))
      if (header) expect(header.storedWidthPx).toBe(size[0])
    }
  })

  test('orientations that EXIF does not know count as upright', () => {
    for (const orientation of [0, 9, 65535]) {
      expect(read(jpegWithExif(files.jpeg, exifBlock(orientation, null)))?.orientation).toBe(1)
    }
  })

  test('directories that point at themselves or beyond the file end', () => {
    const looped = exifBlock(3, '2026:09:01 08:00:00')
    new DataView(looped.buffer).setUint32(30, 8, true)
    expect(read(jpegWithExif(files.jpeg, looped))).toMatchObject({ orientation: 3, takenAt: null })
    const beyond = exifBlock(3, null)
    new DataView(beyond.buffer).setUint32(4, 0xfffffff0, true)
    expect(read(jpegWithExif(files.jpeg, beyond))).toMatchObject({ orientation: 6 })
  })

  test('chunks that claim more than the file holds', () => {
    const png = Uint8Array.from(files.png)
    new DataView(png.buffer).setUint32(8, 0xffffffff)
    expect(read(png)).toMatchObject({ format: 'png', orientation: 1 })
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('hello, this is no picture at all')],
    ['a JPEG without a frame', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)],
    ['a PNG of no width', Buffer.concat([files.png.subarray(0, 16), Buffer.alloc(8), files.png.subarray(24)])],
    ['a BMP of no height', Buffer.concat([files.bmp.subarray(0, 22), Buffer.alloc(4), files.bmp.subarray(26)])],
  ])('%s is no photo', (_name, bytes) => {
    expect(read(bytes)).toBeNull()
  })
})
