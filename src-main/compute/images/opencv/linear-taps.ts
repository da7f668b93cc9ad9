/** For each target position of one axis, the two source positions that OpenCV's INTER_LINEAR mixes. */
export interface LinearTaps {
  readonly first: Int32Array
  readonly second: Int32Array
  /** Weight of `second`, float32 as OpenCV keeps it; that of `first` is 1 − it. */
  readonly fraction: Float32Array
}

/**
 * Where cv2.resize(…, INTER_LINEAR) looks: s = (d + 0.5) · N / n − 0.5, clamped to the edge (half-pixel centres, no
 * antialias). Both sizes are at least 1.
 */
export function linearTaps(sourceSize: number, targetSize: number): LinearTaps {
  const taps = {
    first: new Int32Array(targetSize),
    second: new Int32Array(targetSize),
    fraction: new Float32Array(targetSize),
  }
  const last = sourceSize - 1
  const step = 1 / (targetSize / sourceSize)
  for (let target = 0; target < targetSize; target += 1) {
    const position = Math.fround((target + 0.5) * step - 0.5)
    const first = Math.floor(position)
    const inside = first >= 0 && first < last
    taps.first[target] = Math.min(Math.max(first, 0), last)
    taps.second[target] = inside ? first + 1 : taps.first[target]!
    taps.fraction[target] = inside ? Math.fround(position - first) : 0
  }
  return taps
}
