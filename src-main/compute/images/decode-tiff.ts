import type { Canvas } from '@napi-rs/canvas'
import * as utifModule from 'utif2'
import type { CanvasLibrary } from './canvas.ts'
import { unreadable } from './photo-error.ts'

/** A CommonJS module: Node gives its functions under `default`, a bundler directly. */
const UTIF = 'default' in utifModule ? (utifModule.default as typeof utifModule) : utifModule

/** The first picture of a TIFF file, as stored (not turned). Throws AppError `photo.unreadable`. */
export function decodeTiff(library: CanvasLibrary, file: string, bytes: Uint8Array): Canvas {
  const buffer = new Uint8Array(bytes).buffer
  try {
    const [picture] = UTIF.decode(buffer)
    if (!picture) throw unreadable(file, 'there is no picture in it')
    if (reachesBeyond(picture, bytes.length))
      throw unreadable(file, 'the file ends early, so that part of the picture is missing')
    UTIF.decodeImage(buffer, picture)
    const { width, height } = picture
    const rgba = UTIF.toRGBA8(picture)
    if (rgba.length !== width * height * 4) throw unreadable(file, 'its picture data are damaged')
    const canvas = library.createCanvas(width, height)
    const image = new library.ImageData(
      new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length),
      width,
      height,
    )
    canvas.getContext('2d').putImageData(image, 0, 0)
    return canvas
  } catch (error) {
    if (error instanceof Error && error.name === 'AppError') throw error
    throw unreadable(file, 'its picture data are damaged', error)
  }
}

/** Strips (tags 273 and 279) or tiles (324 and 325) that lie beyond the file's end: the decoder would show them black. */
function reachesBeyond(picture: utifModule.IFD, size: number): boolean {
  const numbers = (name: string): number[] => (Array.isArray(picture[name]) ? picture[name].map(Number) : [])
  return [
    ['t273', 't279'],
    ['t324', 't325'],
  ].some(([offsets, lengths]) => {
    const counts = numbers(lengths!)
    return numbers(offsets!).some((offset, index) => offset + (counts[index] ?? 0) > size)
  })
}
