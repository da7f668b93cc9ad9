import { createCanvas, loadImage } from '@napi-rs/canvas'

/** Corners of the upright test picture, by colour. */
export const corners = ['red', 'lime', 'blue', 'white'] as const
type Corner = (typeof corners)[number]

/** For EXIF orientations 1 to 8: which upright corner lies at the stored upper left, upper right, lower left, lower right. */
const storedCorners: readonly (readonly [number, number, number, number])[] = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [1, 3, 0, 2],
  [3, 1, 2, 0],
  [2, 0, 3, 1],
]

export const uprightWidth = 64
export const uprightHeight = 32

/** A picture of four coloured quarters, stored so that it is upright after turning by `orientation`. */
export function quarters(orientation: number) {
  const [width, height] = orientation >= 5 ? [uprightHeight, uprightWidth] : [uprightWidth, uprightHeight]
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  storedCorners[orientation - 1]!.forEach((corner, place) => {
    context.fillStyle = corners[corner]!
    context.fillRect(((place % 2) * width) / 2, (Math.floor(place / 2) * height) / 2, width / 2, height / 2)
  })
  return canvas
}

/** The colours of a picture's four corners, read well inside each quarter. */
export async function cornersOf(bytes: Uint8Array): Promise<{ size: [number, number]; colours: Corner[] }> {
  const image = await loadImage(bytes)
  const { width, height } = image
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  const colours = [0, 1, 2, 3].map((place) => {
    const x = Math.floor((0.25 + 0.5 * (place % 2)) * width)
    const y = Math.floor((0.25 + 0.5 * Math.floor(place / 2)) * height)
    const [red, green, blue] = context.getImageData(x, y, 1, 1).data
    const bright = [red! > 128, green! > 128, blue! > 128].map(Number).join('')
    return ({ '100': 'red', '010': 'lime', '001': 'blue', '111': 'white' } as const)[bright]!
  })
  return { size: [width, height], colours }
}

/** A TIFF structure with an orientation and, in an EXIF directory, a date. */
export function exifBlock(orientation: number, date: string | null, order: 'II' | 'MM' = 'II'): Uint8Array {
  const little = order === 'II'
  const block = new DataView(new ArrayBuffer(date === null ? 26 : 76))
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    block.setUint16(at, tag, little)
    block.setUint16(at + 2, type, little)
    block.setUint32(at + 4, count, little)
    if (type === 3) block.setUint16(at + 8, value, little)
    else block.setUint32(at + 8, value, little)
  }
  block.setUint16(0, order === 'II' ? 0x4949 : 0x4d4d)
  block.setUint16(2, 42, little)
  block.setUint32(4, 8, little)
  block.setUint16(8, date === null ? 1 : 2, little)
  entry(10, 0x112, 3, 1, orientation)
  if (date !== null) {
    entry(22, 0x8769, 4, 1, 38)
    block.setUint16(38, 1, little)
    entry(40, 0x9003, 2, 20, 56)
    new Uint8Array(block.buffer).set(Buffer.from(`${date}\0`, 'latin1'), 56)
  }
  return new Uint8Array(block.buffer)
}

/** A JPEG with an APP1 segment right after its start. */
export function jpegWithExif(jpeg: Uint8Array, exif: Uint8Array): Uint8Array {
  const length = 8 + exif.length
  const head = [0xff, 0xe1, length >> 8, length & 0xff, ...Buffer.from('Exif\0\0', 'latin1')]
  return Uint8Array.from([...jpeg.subarray(0, 2), ...head, ...exif, ...jpeg.subarray(2)])
}

/** A PNG with an eXIf chunk after IHDR (its checksum is left 0: readers ignore that of ancillary chunks). */
export function pngWithExif(png: Uint8Array, exif: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + exif.length)
  chunk.writeUInt32BE(exif.length, 0)
  chunk.write('eXIf', 4, 'latin1')
  chunk.set(exif, 8)
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)])
}

/** The extended form of a simple WebP, with an EXIF chunk. */
export function webpWithExif(webp: Uint8Array, size: readonly [number, number], exif: Uint8Array): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(8)
    head.write(name, 0, 'latin1')
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
  }
  const extended = Buffer.alloc(10)
  extended[0] = 0x08
  extended.writeUIntLE(size[0] - 1, 4, 3)
  extended.writeUIntLE(size[1] - 1, 7, 3)
  const body = Buffer.concat([chunk('VP8X', extended), simpleChunk(webp), chunk('EXIF', exif)])
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  head.writeUInt32LE(body.length + 4, 4)
  return Buffer.concat([head, body])
}

/** The VP8 or VP8L chunk of a WebP file, which may stand behind others. */
function simpleChunk(webp: Uint8Array): Buffer {
  const bytes = Buffer.from(webp)
  for (let at = 12; at < bytes.length;) {
    const length = bytes.readUInt32LE(at + 4)
    if (bytes.toString('latin1', at, at + 3) === 'VP8' && bytes[at + 3] !== 0x58) {
      return bytes.subarray(at, at + 8 + length + (length % 2))
    }
    at += 8 + length + (length % 2)
  }
  throw new Error('the WebP has no picture')
}

/** An uncompressed RGB TIFF. */
export function tiff(width: number, height: number, rgba: Uint8ClampedArray, orientation: number): Uint8Array {
  const entries: [tag: number, type: number, value: number][] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 2],
    [273, 4, 0],
    [274, 3, orientation],
    [277, 3, 3],
    [278, 4, height],
    [279, 4, width * height * 3],
  ]
  const start = 8 + 2 + entries.length * 12 + 4
  const bytes = Buffer.alloc(start + width * height * 3)
  bytes.write('II*\0', 0, 'latin1')
  bytes.writeUInt32LE(8, 4)
  bytes.writeUInt16LE(entries.length, 8)
  entries.forEach(([tag, type, value], index) => {
    const at = 10 + index * 12
    bytes.writeUInt16LE(tag, at)
    bytes.writeUInt16LE(type, at + 2)
    bytes.writeUInt32LE(1, at + 4)
    bytes.writeUInt32LE(tag === 273 ? start : value, at + 8)
  })
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    bytes.set(rgba.subarray(pixel * 4, pixel * 4 + 3), start + pixel * 3)
  }
  return bytes
}

/** A 24-bit BMP, rows from bottom to top. */
export function bmp(width: number, height: number, rgba: Uint8ClampedArray): Uint8Array {
  const rowBytes = Math.ceil((width * 3) / 4) * 4
  const bytes = Buffer.alloc(54 + rowBytes * height)
  bytes.write('BM', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = ((height - 1 - y) * width + x) * 4
      bytes.set([rgba[from + 2]!, rgba[from + 1]!, rgba[from]!], 54 + y * rowBytes + x * 3)
    }
  }
  return bytes
}
