import type { Image } from '@napi-rs/canvas'
import { bytesSource } from '#main/codecs/bytes/byte-source.ts'
import type { CanvasLibrary } from './canvas.ts'
import { byteWindow } from './photo-header/byte-window.ts'
import type { PhotoHeader } from './photo-header/photo-header.ts'
import { findPngChunk } from './photo-header/png-header.ts'

/** Whether a file was cut, as by an interrupted copy: decoders show what there is and leave the rest blank. */
export function endsEarly(library: CanvasLibrary, image: Image, bytes: Uint8Array, { format }: PhotoHeader): boolean {
  const window = byteWindow(bytesSource(bytes))
  if (format === 'png') return findPngChunk(window, 'IEND') === null
  if (format === 'webp') return (window.littleEndian(4, 4) ?? 0) + 8 > bytes.length
  return format === 'jpeg' && hasBlankCorner(library, image)
}

/** A JPEG knows no transparency, so that a transparent corner is one that was never decoded. */
function hasBlankCorner(library: CanvasLibrary, image: Image): boolean {
  const context = library.createCanvas(4, 1).getContext('2d')
  const right = image.width - 1
  const bottom = image.height - 1
  const places = [
    [0, 0],
    [right, 0],
    [0, bottom],
    [right, bottom],
  ] as const
  for (const [index, [x, y]] of places.entries()) context.drawImage(image, x, y, 1, 1, index, 0, 1, 1)
  const { data } = context.getImageData(0, 0, places.length, 1)
  return [3, 7, 11, 15].some((alpha) => data[alpha] === 0)
}
