/** Labelled students that others are compared with: more cost time and bring hardly anything nearer. */
const mostAnchors = 256
/** With fewer photos nothing can be told of how far the labelled of one photo lie from those of others. */
const leastPhotos = 3
const leastStudents = 24
/** Tukey's: above the third quartile by so many times the distance of the quartiles a value stands apart from the rest. */
const fence = 1.5

/**
 * Rows that stand for the labelled students, spread evenly over them; null where these are too few, or of too few photos, for a distance
 * from them to mean anything.
 *
 * @param photos equal for students of one photo. [rows]
 */
export function chooseAnchors(photos: ArrayLike<number>): readonly number[] | null {
  const rows = photos.length
  if (rows < leastStudents || new Set(Array.from(photos)).size < leastPhotos) return null
  const count = Math.min(rows, mostAnchors)
  return Array.from({ length: count }, (_, index) => Math.floor((index * rows) / count))
}

/**
 * Distance of each row from the nearest anchor.
 *
 * @param distances [rows, anchors]
 * @param isOther which anchors count for a row; all where left out
 * @returns [rows], infinite for a row for which none counts, NaN for one whose vector is no number
 */
export function nearestAnchors(
  distances: Float32Array,
  rows: number,
  isOther: (row: number, anchor: number) => boolean = () => true,
): Float64Array {
  const anchors = distances.length / rows
  const nearest = new Float64Array(rows).fill(Infinity)
  for (let row = 0; row < rows; row += 1) {
    for (let anchor = 0; anchor < anchors; anchor += 1) {
      if (isOther(row, anchor)) nearest[row] = Math.min(nearest[row]!, distances[row * anchors + anchor]!)
    }
  }
  return nearest
}

/**
 * Beyond this distance from the nearest labelled student somebody is unlike all of them: q₃ + 1.5 (q₃ − q₁) of the distances that the
 * labelled themselves have from the nearest of another photo (Tukey's fence: 0.35 % of normal ones lie above), times what is due to
 * vectors being standardised by the labelled. For normal columns the mean square of the difference of two of n labelled, in their own
 * deviations, is 2n / (n − 1), that of a newcomer and a labelled one (n + 1) / (n − 3) + 1.
 *
 * @param distances of the labelled; those that are not finite do not count
 * @param labelled how many the scale was made of
 */
export function familiarLimit(distances: Float64Array, labelled: number): number {
  const sorted = distances.filter(Number.isFinite).sort()
  if (sorted.length === 0) return Infinity
  const at = (share: number): number => {
    const place = share * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return low + (high - low) * (place % 1)
  }
  const [lower, upper] = [at(0.25), at(0.75)]
  const newcomer = Math.sqrt(((labelled + 1) / (labelled - 3) + 1) / ((2 * labelled) / (labelled - 1)))
  return newcomer * (upper + fence * (upper - lower))
}
