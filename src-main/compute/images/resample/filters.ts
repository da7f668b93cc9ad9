/** A resampling kernel: its weight at a distance in pixels of the coarser grid, 0 beyond `support`. */
export interface ResampleFilter {
  readonly support: number
  weight(distance: number): number
}

/** Pillow's BILINEAR: a triangle. */
const bilinear: ResampleFilter = {
  support: 1,
  weight: (distance) => Math.max(0, 1 - Math.abs(distance)),
}

/** Pillow's BICUBIC: Keys' kernel with a = −0.5 (Pillow, Resample.c), in Pillow's own order of operations. */
const bicubic: ResampleFilter = {
  support: 2,
  weight: (distance) => {
    const a = -0.5
    const x = Math.abs(distance)
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  },
}

export const filters = { bilinear, bicubic } as const
export type FilterName = keyof typeof filters
