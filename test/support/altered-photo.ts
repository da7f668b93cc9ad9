import { readFileSync } from 'node:fs'
import { createCanvas, loadImage } from '@napi-rs/canvas'

export interface Alteration {
  readonly scale?: number
  readonly quality?: number
  /** Share cut off every side. */
  readonly crop?: number
  readonly brightness?: number
}

/** A photo as somebody would save it anew, as a JPEG. */
export async function altered(
  file: string,
  { scale = 1, quality = 92, crop = 0, brightness = 1 }: Alteration,
): Promise<Buffer> {
  const image = await loadImage(readFileSync(file))
  const [width, height] = [image.width * (1 - 2 * crop), image.height * (1 - 2 * crop)]
  const canvas = createCanvas(Math.round(width * scale), Math.round(height * scale))
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.filter = `brightness(${brightness})`
  context.drawImage(image, image.width * crop, image.height * crop, width, height, 0, 0, canvas.width, canvas.height)
  return canvas.toBuffer('image/jpeg', quality)
}
