import type { ConfusionMatrix } from './confusion-matrix.ts'
import type { Interval } from './wilson-interval.ts'

/** Mulberry32: a small seeded generator of [0, 1), enough for resampling and the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Draws as many students as the matrix counts, with replacement, and returns their matrix. Resampling students is
 * drawing from the cells in proportion to their counts (Efron 1979), so no list of students is needed.
 */
export function resampleConfusion(confusion: ConfusionMatrix, random: () => number): number[][] {
  const classes = confusion.length
  const cells = confusion.flat()
  const cellOfStudent = new Uint16Array(cells.reduce((sum, count) => sum + count, 0))
  let student = 0
  cells.forEach((count, cell) => {
    cellOfStudent.fill(cell, student, student + count)
    student += count
  })
  const drawn = new Float64Array(cells.length)
  for (let draw = 0; draw < cellOfStudent.length; draw++) {
    const cell = cellOfStudent[Math.floor(random() * cellOfStudent.length)] ?? 0
    drawn[cell] = (drawn[cell] ?? 0) + 1
  }
  return Array.from({ length: classes }, (_, row) => [...drawn.subarray(row * classes, (row + 1) * classes)])
}

/** The percentile interval of bootstrap values; values need not be sorted. Throws RangeError on none. */
export function percentileInterval(values: readonly number[], confidence = 0.95): Interval {
  if (values.length === 0) throw new RangeError('an interval needs at least one bootstrap value')
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = sorted[Math.floor(place)] ?? 0
    const above = sorted[Math.ceil(place)] ?? below
    return below + (above - below) * (place - Math.floor(place))
  }
  return [at((1 - confidence) / 2), at((1 + confidence) / 2)]
}
