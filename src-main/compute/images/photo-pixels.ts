import { loadCanvas } from './canvas.ts'
import { decodePhoto } from './decode-photo.ts'
import type { RgbaPixels } from './resample/resize-region.ts'

/** The upright pixels of a photo for models: the file's own numbers, whatever colour profile it carries. Throws as `decodePhoto` does. */
export async function photoPixels(file: string): Promise<RgbaPixels> {
  const { pixels, widthPx, heightPx } = await decodePhoto(file, 'stored')
  const { createCanvas } = await loadCanvas()
  const context = createCanvas(widthPx, heightPx).getContext('2d')
  context.drawImage(pixels, 0, 0)
  return { data: context.getImageData(0, 0, widthPx, heightPx).data, widthPx, heightPx }
}
