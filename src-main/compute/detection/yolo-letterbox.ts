import type { Size } from '#shared/geometry/box.ts'
import type { YoloSettings } from './yolo-card.ts'

/** Where a photo lies in a detector's input. */
export interface LetterboxPlan {
  readonly input: Size
  /** The photo's size in the input. */
  readonly size: Size
  /** The photo's first px in the input. */
  readonly left: number
  readonly top: number
}

/** The photo as large as it fits into the input, its proportions kept, in the upper left corner or in the middle. */
export function planLetterbox(photo: Size, input: Size, place: YoloSettings['place']): LetterboxPlan {
  const ratio = Math.min(input.widthPx / photo.widthPx, input.heightPx / photo.heightPx)
  const widthPx = Math.max(1, Math.min(input.widthPx, Math.round(photo.widthPx * ratio)))
  const heightPx = Math.max(1, Math.min(input.heightPx, Math.round(photo.heightPx * ratio)))
  const share = place === 'centre' ? 0.5 : 0
  return {
    input,
    size: { widthPx, heightPx },
    left: Math.floor((input.widthPx - widthPx) * share),
    top: Math.floor((input.heightPx - heightPx) * share),
  }
}

/** RGBA pixels of the photo, at the plan's size, as float32 [3, h, w] of the input, as the card says. */
export function letterboxInput(rgba: Uint8ClampedArray, plan: LetterboxPlan, card: YoloSettings): Float32Array {
  const { input, size, left, top } = plan
  const plane = input.widthPx * input.heightPx
  const values = new Float32Array(3 * plane)
  for (const channel of [0, 1, 2] as const) {
    const level = (value: number): number => (value / card.divisor - card.means[channel]) / card.deviations[channel]
    const levels = Float32Array.from({ length: 256 }, (_, value) => level(value))
    values.fill(levels[card.fill]!, channel * plane, (channel + 1) * plane)
    const component = card.colours === 'rgb' ? channel : 2 - channel
    for (let y = 0; y < size.heightPx; y += 1) {
      const target = channel * plane + (top + y) * input.widthPx + left
      const source = y * size.widthPx * 4 + component
      for (let x = 0; x < size.widthPx; x += 1) values[target + x] = levels[rgba[source + 4 * x]!]!
    }
  }
  return values
}
