import type { Box } from '#shared/geometry/box.ts'

/** Features over a grid: float32 [channels, rows, columns]; cell (0, 0) is the mean of the first stride × stride px. */
export interface FeatureMap {
  readonly values: Float32Array
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly stride: number
}

/** Samples a side of each bin. */
const samples = 4

/**
 * RoIAlign (He et al. 2017) with half-pixel centres: the box is cut into bins × bins, each bin is the mean of 4 × 4 bilinear
 * samples; samples beyond the map take its edge. Writes [channels, bins, bins] to `target` from `offset` on.
 *
 * @param box in the px that the strides count, corners in any order
 */
export function roiAlign(map: FeatureMap, box: Box, bins: number, target: Float32Array, offset: number): void {
  const across = samplesOf(box.x1, box.x2, bins, map.stride, map.columns)
  const down = samplesOf(box.y1, box.y2, bins, map.stride, map.rows)
  const cells = map.rows * map.columns
  for (let binY = 0; binY < bins; binY += 1) {
    for (let binX = 0; binX < bins; binX += 1) {
      const places = binPlaces(across, down, binX, binY, map.columns)
      for (let channel = 0; channel < map.channels; channel += 1) {
        let total = 0
        for (const { at, weight } of places) total += map.values[channel * cells + at]! * weight
        target[offset + (channel * bins + binY) * bins + binX] = total
      }
    }
  }
}

/** Two neighbouring cells of one axis and the second one's share. */
interface Sample {
  readonly low: number
  readonly high: number
  readonly share: number
}

function samplesOf(from: number, to: number, bins: number, stride: number, cells: number): Sample[] {
  const start = Math.min(from, to)
  const length = Math.abs(to - from)
  return Array.from({ length: bins * samples }, (_, index) => {
    const place = (start + (length * (index + 0.5)) / (bins * samples)) / stride - 0.5
    const inside = Math.min(cells - 1, Math.max(0, place))
    const low = Math.floor(inside)
    return { low, high: Math.min(cells - 1, low + 1), share: inside - low }
  })
}

interface Place {
  readonly at: number
  readonly weight: number
}

/** The cells that a bin reads and their weights, each cell once: the same for all channels. */
function binPlaces(
  across: readonly Sample[],
  down: readonly Sample[],
  binX: number,
  binY: number,
  columns: number,
): Place[] {
  const weights = new Map<number, number>()
  const put = (row: number, column: number, weight: number): void => {
    const at = row * columns + column
    if (weight > 0) weights.set(at, (weights.get(at) ?? 0) + weight / (samples * samples))
  }
  for (const y of down.slice(binY * samples, (binY + 1) * samples)) {
    for (const x of across.slice(binX * samples, (binX + 1) * samples)) {
      put(y.low, x.low, (1 - y.share) * (1 - x.share))
      put(y.low, x.high, (1 - y.share) * x.share)
      put(y.high, x.low, y.share * (1 - x.share))
      put(y.high, x.high, y.share * x.share)
    }
  }
  return [...weights].map(([at, weight]) => ({ at, weight }))
}
