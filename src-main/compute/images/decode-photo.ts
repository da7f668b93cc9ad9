import type { Canvas, Image } from '@napi-rs/canvas'
import { loadCanvas } from './canvas.ts'
import type { CanvasLibrary } from './canvas.ts'
import { decodeTiff } from './decode-tiff.ts'
import { endsEarly } from './ends-early.ts'
import { hideColourProfile } from './hide-colour-profile.ts'
import { isTooLarge, tooLarge, unreadable } from './photo-error.ts'
import { uprightSize } from './photo-header/photo-header.ts'
import type { Orientation, PhotoHeader } from './photo-header/photo-header.ts'
import { noPhoto, photoHeader, readWhole } from './photo-file.ts'

/** A decoded photo as a person sees it, after EXIF rotation. */
export interface UprightPhoto {
  readonly pixels: Image | Canvas
  readonly widthPx: number
  readonly heightPx: number
}

/** `shown` applies an embedded colour profile, as browsers do; `stored` gives the file's own numbers, as Pillow does. */
export type Colours = 'shown' | 'stored'

/** Decodes a photo. Throws AppError `photo.unreadable` (missing, damaged, no photo) and, before decoding, `photo.too-large`. */
export async function decodePhoto(file: string, colours: Colours = 'shown'): Promise<UprightPhoto> {
  const header = photoHeader(file)
  if (!header) throw noPhoto(file)
  const size = uprightSize(header)
  if (isTooLarge(size.widthPx, size.heightPx)) throw tooLarge(file, size.widthPx, size.heightPx)
  const library = await loadCanvas()
  const bytes = await readWhole(file)
  if (colours === 'stored') hideColourProfile(bytes, header)
  const pixels =
    header.format === 'tiff' ? decodeTiff(library, file, bytes) : await decodeImage(library, file, bytes, header)
  const upright = appliesOrientation(header) ? pixels : turnUpright(library, pixels, header.orientation)
  if (upright.width !== size.widthPx || upright.height !== size.heightPx) {
    throw unreadable(
      file,
      `its header says ${size.widthPx} × ${size.heightPx} px but ${upright.width} × ${upright.height} were decoded`,
    )
  }
  return { pixels: upright, ...size }
}

/** The canvas library turns JPEG and WebP by itself; for PNG and TIFF that is left to us. */
const appliesOrientation = ({ format }: PhotoHeader): boolean => format === 'jpeg' || format === 'webp'

async function decodeImage(
  library: CanvasLibrary,
  file: string,
  bytes: Uint8Array,
  header: PhotoHeader,
): Promise<Image> {
  const image = await library.loadImage(bytes).catch((error: unknown) => {
    throw unreadable(file, 'its picture data are damaged', error)
  })
  if (image.width === 0 || image.height === 0) throw unreadable(file, 'its picture data are damaged')
  if (endsEarly(library, image, bytes, header))
    throw unreadable(file, 'the file ends early, so that part of the picture is missing')
  return image
}

/** Draws the stored picture so that it stands upright (EXIF 2.3, table of orientations). */
function turnUpright(library: CanvasLibrary, stored: Image | Canvas, orientation: Orientation): Image | Canvas {
  if (orientation === 1) return stored
  const { width, height } = stored
  const swapped = orientation >= 5
  const canvas = library.createCanvas(swapped ? height : width, swapped ? width : height)
  const context = canvas.getContext('2d')
  // Columns of the matrix that takes stored pixels to upright ones: x' = a x + c y + e, y' = b x + d y + f.
  const matrices: Readonly<Record<Orientation, readonly [number, number, number, number, number, number]>> = {
    1: [1, 0, 0, 1, 0, 0],
    2: [-1, 0, 0, 1, width, 0],
    3: [-1, 0, 0, -1, width, height],
    4: [1, 0, 0, -1, 0, height],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, height, 0],
    7: [0, -1, -1, 0, height, width],
    8: [0, -1, 1, 0, 0, width],
  }
  context.setTransform(...matrices[orientation])
  context.drawImage(stored, 0, 0)
  return canvas
}
