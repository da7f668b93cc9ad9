import { loadCanvas } from './canvas.ts'
import { decodePhoto } from './decode-photo.ts'
import type { UprightPhoto } from './decode-photo.ts'
import type { RgbaPixels } from './resample/resize-region.ts'

/** The upright pixels of a photo for models: the file's own numbers, whatever colour profile it carries. Throws as `decodePhoto` does. */
export const photoPixels = async (file: string): Promise<RgbaPixels> => pixelsOf(await decodePhoto(file, 'stored'))

/** The pixels of a decoded photo. */
export async function pixelsOf({ pixels, widthPx, heightPx }: UprightPhoto): Promise<RgbaPixels> {
  const { createCanvas } = await loadCanvas()
  const context = createCanvas(widthPx, heightPx).getContext('2d')
  context.drawImage(pixels, 0, 0)
  return { data: context.getImageData(0, 0, widthPx, heightPx).data, widthPx, heightPx }
}
