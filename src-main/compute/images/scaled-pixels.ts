import { loadCanvas } from './canvas.ts'
import type { UprightPhoto } from './decode-photo.ts'

/** RGBA of the whole photo at another size, smoothed by the canvas: for detectors, which want pixels fast, not Pillow's. */
export async function scaledPixels(photo: UprightPhoto, widthPx: number, heightPx: number): Promise<Uint8ClampedArray> {
  const { createCanvas } = await loadCanvas()
  const context = createCanvas(widthPx, heightPx).getContext('2d')
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(photo.pixels, 0, 0, widthPx, heightPx)
  return context.getImageData(0, 0, widthPx, heightPx).data
}
