import { createHash } from 'node:crypto'
import { cropPlanes, cropRegion } from '#main/compute/images/crop-planes.ts'
import type { FilterName } from '#main/compute/images/resample/filters.ts'

/** A crop of the synthetic picture of `pillow.py`. */
export interface CropCase {
  readonly width: number
  readonly height: number
  readonly box: readonly [number, number, number, number]
  readonly resize: number
  readonly filter: FilterName
  readonly crop: number
}

/** The same picture as `pillow.py` makes, with a fourth byte that must not matter. */
function picture(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const chequer = ((Math.floor(x / 5) + Math.floor(y / 3)) % 2) * 128
      const first = x * x * 31 + y * y * 17 + x * y * 7 + chequer
      for (let channel = 0; channel < 3; channel += 1) data[(y * width + x) * 4 + channel] = first + channel * 101
      data[(y * width + x) * 4 + 3] = x
    }
  }
  return data
}

/** SHA-256 of our planes of a case. */
export function sumOfCrop({ width, height, box, resize, filter, crop }: CropCase): string {
  const pixels = { data: picture(width, height), widthPx: width, heightPx: height }
  const planes = new Uint8Array(3 * crop ** 2)
  cropPlanes(pixels, cropRegion(box, pixels)!, { resizePx: resize, filter, cropPx: crop }, planes, 0)
  return createHash('sha256').update(planes).digest('hex')
}
