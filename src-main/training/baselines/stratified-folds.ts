/**
 * Fold of every row, as scikit-learn's `StratifiedKFold` without shuffling deals them: each class is shared out evenly, in the order of rows.
 * @returns [rows], 0 to `folds` − 1
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number): Int32Array {
  // Classes in the order in which they first occur.
  const order = new Map<number, number>()
  const encoded = Array.from(labels, (label) => {
    const known = order.get(label) ?? order.size
    order.set(label, known)
    return known
  })
  const sorted = encoded.toSorted((a, b) => a - b)
  const dealt = Array.from({ length: order.size }, () => new Array<number>(folds).fill(0))
  for (const [place, position] of sorted.entries()) dealt[position]![place % folds]! += 1
  const left = dealt.map((counts) => [...counts])
  return Int32Array.from(encoded, (position) => {
    const counts = left[position]!
    const fold = counts.findIndex((count) => count > 0)
    counts[fold]! -= 1
    return fold
  })
}
