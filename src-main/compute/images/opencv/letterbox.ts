import type { Size } from '#shared/geometry/box.ts'
import { resizeBytes } from './resize-bytes.ts'
import { normalised } from './image-net.ts'
import type { RgbaPixels } from '../resample/resize-region.ts'

export interface Letterbox {
  /** Red, green and blue planes, normalised: float32 [3, height, width]. */
  readonly values: Float32Array
  /** Input px per photo px. */
  readonly ratio: number
}

/** What YOLOX paints where the photo does not reach. */
const grey = 114

/**
 * YOLOX's `preproc`: the photo resized by r = min(h/H, w/W) to int(W · r) × int(H · r), at the top left on grey, divided by
 * 255 and normalised by ImageNet's mean and deviation. Sizes in px, at least 1.
 */
export function letterbox(photo: RgbaPixels, input: Size): Letterbox {
  const ratio = Math.min(input.heightPx / photo.heightPx, input.widthPx / photo.widthPx)
  const widthPx = Math.max(1, Math.trunc(photo.widthPx * ratio))
  const heightPx = Math.max(1, Math.trunc(photo.heightPx * ratio))
  const bytes = resizeBytes(photo, { widthPx, heightPx })
  const plane = input.widthPx * input.heightPx
  const values = new Float32Array(3 * plane)
  for (const channel of [0, 1, 2] as const) {
    const levels = normalisedLevels(channel)
    values.fill(levels[grey]!, channel * plane, (channel + 1) * plane)
    for (let y = 0; y < heightPx; y += 1) {
      const start = channel * plane + y * input.widthPx
      for (let x = 0; x < widthPx; x += 1) values[start + x] = levels[bytes[(y * widthPx + x) * 3 + channel]!]!
    }
  }
  return { values, ratio }
}

/** A channel's 256 possible values as the network wants them. */
const normalisedLevels = (channel: 0 | 1 | 2): Float32Array =>
  Float32Array.from({ length: 256 }, (_, level) => normalised(level, channel))
