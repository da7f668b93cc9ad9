import type { Canvas } from '@napi-rs/canvas'
import * as UTIF from 'utif2'
import type { CanvasLibrary } from './canvas.ts'
import { unreadable } from './photo-error.ts'

/** The first picture of a TIFF file, as stored (not turned). Throws AppError `photo.unreadable`. */
export function decodeTiff(library: CanvasLibrary, file: string, bytes: Uint8Array): Canvas {
  const buffer = new Uint8Array(bytes).buffer
  try {
    const [picture] = UTIF.decode(buffer)
    if (!picture) throw unreadable(file, 'there is no picture in it')
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
