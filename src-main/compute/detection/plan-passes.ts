import type { Size } from '#shared/geometry/box.ts'

/** How thoroughly a photo is searched: see `passWidthsPx`. */
export type DetectionSetting = 'accurate' | 'fast'

/** The whole photo is looked at once in each of these widths: students at the back are found in the wide passes. */
const passWidthsPx: Readonly<Record<DetectionSetting, readonly number[]>> = {
  accurate: [640, 768, 960, 1120, 1280, 1600],
  fast: [768, 1280],
}

/** NanoDet's coarsest grid. */
const gridPx = 32

/** One look at the whole photo. */
export interface DetectionPass {
  /** The photo's size in this pass. */
  readonly size: Size
  /** The network's input: the photo in the upper left corner, zeros to the right and below, multiples of 32. */
  readonly paddedSize: Size
}

const upTo = (multiple: number, value: number): number => Math.ceil(value / multiple) * multiple

/** A pass of one width; a photo's proportions are kept to the nearest px. */
export function planPass(photo: Size, widthPx: number): DetectionPass {
  const heightPx = Math.max(1, Math.round((widthPx * photo.heightPx) / photo.widthPx))
  return {
    size: { widthPx, heightPx },
    paddedSize: { widthPx: upTo(gridPx, widthPx), heightPx: upTo(gridPx, heightPx) },
  }
}

export const planPasses = (photo: Size, setting: DetectionSetting): DetectionPass[] =>
  passWidthsPx[setting].map((widthPx) => planPass(photo, widthPx))
