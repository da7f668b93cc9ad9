/**
 * The targets of PyTorch's weighted, label-smoothed cross-entropy, so that ce = −Σ_c target_c · ln p_c:
 * (1 − ε) · w_y at the label plus ε/C · w_c everywhere. Row-major [rows, classes].
 */
export function smoothedTargets(
  labels: ArrayLike<number>,
  weights: readonly number[],
  smoothing: number,
): Float32Array {
  const classes = weights.length
  const targets = new Float32Array(labels.length * classes)
  for (let row = 0; row < labels.length; row += 1) {
    for (let index = 0; index < classes; index += 1) {
      const own = index === labels[row] ? 1 - smoothing : 0
      targets[row * classes + index] = weights[index]! * (own + smoothing / classes)
    }
  }
  return targets
}
