import type { Size } from '#shared/geometry/box.ts'

/** How thoroughly a photo is searched. */
export type DetectionSetting = 'accurate' | 'fast'

/** One look at the whole photo. */
export interface DetectionPass {
  /** The photo's size in this pass. */
  readonly size: Size
  /** The network's input: the photo in the upper left corner, zeros to the right and below, multiples of 32. */
  readonly paddedSize: Size
  /** Left and right are swapped: what is found both ways is surer. */
  readonly mirrored: boolean
}

interface SettingOfPasses {
  /** Lengths of the photo's longer side. */
  readonly longSidesPx: readonly number[]
  /** The passes that are made mirrored too; in the accurate setting the small ones, which cost little. */
  readonly mirroredLongSidesPx: readonly number[]
  /** Persons with a lower score after fusion are left out. */
  readonly leastScore: number
}

/**
 * The whole photo in several sizes: students at the back are found in the large passes. Chosen by what it finds of the 151
 * labelled students of RAFNet's three demo photos and altered copies of them; `npm run bench detector` prints the table.
 */
export const detectionSettings: Readonly<Record<DetectionSetting, SettingOfPasses>> = {
  accurate: {
    longSidesPx: [640, 768, 960, 1120, 1280, 1600],
    mirroredLongSidesPx: [640, 768, 960],
    leastScore: 0.168,
  },
  fast: { longSidesPx: [768, 1280], mirroredLongSidesPx: [768, 1280], leastScore: 0.155 },
}

/** NanoDet's coarsest grid. */
const gridPx = 32

const upTo = (multiple: number, value: number): number => Math.ceil(value / multiple) * multiple

/** A pass whose longer side is that long; a photo's proportions are kept to the nearest px. */
export function planPass(photo: Size, longSidePx: number, mirrored = false): DetectionPass {
  const scale = longSidePx / Math.max(photo.widthPx, photo.heightPx)
  const widthPx = Math.max(1, Math.round(photo.widthPx * scale))
  const heightPx = Math.max(1, Math.round(photo.heightPx * scale))
  return {
    size: { widthPx, heightPx },
    paddedSize: { widthPx: upTo(gridPx, widthPx), heightPx: upTo(gridPx, heightPx) },
    mirrored,
  }
}

/** `scale` multiplies all sizes: a bench sees students larger or smaller than they are. */
export function planPasses(photo: Size, setting: DetectionSetting, scale = 1): DetectionPass[] {
  const { longSidesPx, mirroredLongSidesPx } = detectionSettings[setting]
  return longSidesPx.flatMap((longSidePx) => {
    const scaled = Math.round(longSidePx * scale)
    const mirrored = mirroredLongSidesPx.includes(longSidePx) ? [planPass(photo, scaled, true)] : []
    return [planPass(photo, scaled), ...mirrored]
  })
}
